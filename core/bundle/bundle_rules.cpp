#include "core/bundle/bundle_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits/bundles.h"
#include "core/base/limits/times.h"

namespace chancery::bundle {
namespace {

enum class Version { v01, v02, v03 };

std::optional<Version> version_of(std::string_view media_type) {
  constexpr std::string_view old_form = "application/vnd.dev.sigstore.bundle+json;version=";
  if (media_type == media_type_v03) return Version::v03;
  if (!media_type.starts_with(old_form)) return std::nullopt;
  media_type.remove_prefix(old_form.size());
  if (media_type == "0.1") return Version::v01;
  if (media_type == "0.2") return Version::v02;
  if (media_type == "0.3") return Version::v03;
  return std::nullopt;
}

Result<void> check_material(const Bundle& bundle, Version version) {
  const auto* chain = std::get_if<CertificateChain>(&bundle.verification_material);
  if (chain == nullptr) return {};
  if (chain->certificates.empty() ||
      std::ranges::any_of(chain->certificates, [](const Bytes& der) { return der.empty(); })) {
    return invalid_request("BUNDLE_CHAIN_EMPTY", "bundle: a certificate is empty or missing");
  }
  if (chain->certificates.size() > limits::bundle_certificates_max) {
    return invalid_request(
        "BUNDLE_TOO_MANY_CERTIFICATES",
        fmt::format("bundle: {} certificates, at most {}", chain->certificates.size(),
                    limits::bundle_certificates_max));
  }
  // Bundle specification: from 0.3 on only the leaf is carried.
  if (version == Version::v03 && !chain->is_single) {
    return invalid_request("BUNDLE_CHAIN_NOT_ALLOWED",
                           "bundle: version 0.3 carries one certificate, not a chain");
  }
  return {};
}

Error entry_error(std::string reason, std::size_t position, std::string_view what) {
  return invalid_request(std::move(reason),
                         fmt::format("bundle: log entry {}: {}", position, what));
}

Result<void> check_entry(const LogEntry& entry, Version version, std::size_t position) {
  if (entry.log_id.empty() || entry.kind.empty() || entry.version.empty() ||
      entry.canonicalized_body.empty()) {
    return entry_error("BUNDLE_LOG_ENTRY_INCOMPLETE", position,
                       "logId, kindVersion and canonicalizedBody must be given");
  }
  if (entry.integrated_time < 0 || entry.integrated_time > limits::unix_seconds_max) {
    return entry_error("BUNDLE_LOG_ENTRY_TIME_INVALID", position,
                       fmt::format("integratedTime {} is no time", entry.integrated_time));
  }
  if (version == Version::v01 && entry.signed_entry_timestamp.empty()) {
    return entry_error("BUNDLE_PROMISE_MISSING", position, "version 0.1 demands a promise");
  }
  if (!entry.inclusion_proof) {
    if (version == Version::v01) return {};
    return entry_error("BUNDLE_PROOF_MISSING", position, "an inclusion proof must be given");
  }
  if (entry.inclusion_proof->checkpoint.empty()) {
    return entry_error("BUNDLE_CHECKPOINT_MISSING", position, "its proof has no checkpoint");
  }
  if (entry.inclusion_proof->hashes.size() > limits::proof_hashes_max) {
    return entry_error("BUNDLE_PROOF_TOO_LONG", position, "no tree is so deep");
  }
  return {};
}

Result<void> check_entries(const Bundle& bundle, Version version) {
  const std::vector<LogEntry>& entries = bundle.log_entries;
  if (entries.size() > limits::bundle_log_entries_max) {
    return invalid_request("BUNDLE_TOO_MANY_LOG_ENTRIES",
                           fmt::format("bundle: {} log entries, at most {}", entries.size(),
                                       limits::bundle_log_entries_max));
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    TRY(check_entry(entries[i], version, i));
    // One entry given twice must not count twice towards a threshold.
    for (std::size_t j = 0; j < i; ++j) {
      if (entries[j].log_index == entries[i].log_index && entries[j].log_id == entries[i].log_id) {
        return entry_error("BUNDLE_LOG_ENTRY_DUPLICATE", i, fmt::format("the same as entry {}", j));
      }
    }
  }
  if (bundle.timestamps.size() > limits::bundle_timestamps_max) {
    return invalid_request("BUNDLE_TOO_MANY_TIMESTAMPS",
                           fmt::format("bundle: {} timestamps, at most {}",
                                       bundle.timestamps.size(), limits::bundle_timestamps_max));
  }
  return {};
}

Result<void> check_envelope(const DsseEnvelope& envelope, const Bundle& bundle) {
  if (envelope.signatures.size() != 1) {
    return invalid_request(
        "BUNDLE_SIGNATURE_COUNT",
        fmt::format("bundle: the envelope has {} signatures, not one", envelope.signatures.size()));
  }
  const auto* key = std::get_if<KeyHint>(&bundle.verification_material);
  const std::string& key_id = envelope.signatures.front().key_id;
  if (key != nullptr && !key->hint.empty() && !key_id.empty() && key->hint != key_id) {
    return invalid_request(
        "BUNDLE_KEY_ID_MISMATCH",
        fmt::format("bundle: the envelope's key \"{}\" is not the bundle's \"{}\"",
                    key_id.substr(0, 80), key->hint.substr(0, 80)));
  }
  return {};
}

Result<void> check_content(const Bundle& bundle) {
  if (const auto* envelope = std::get_if<DsseEnvelope>(&bundle.content)) {
    TRY(check_envelope(*envelope, bundle));
  } else {
    const auto& hint = std::get<MessageSignature>(bundle.content).message_digest;
    if (hint && hint->value.size() != digest_bytes(hint->algorithm)) {
      return invalid_request(
          "BUNDLE_DIGEST_LENGTH_WRONG",
          fmt::format("bundle: messageDigest has {} bytes, {} has {}", hint->value.size(),
                      name_of(hint->algorithm), digest_bytes(hint->algorithm)));
    }
  }
  if (signature_of(bundle).empty()) {
    return invalid_request("BUNDLE_SIGNATURE_EMPTY", "bundle: the signature is empty");
  }
  return {};
}

}  // namespace

ByteView signature_of(const Bundle& bundle) {
  if (const auto* message = std::get_if<MessageSignature>(&bundle.content)) {
    return message->signature;
  }
  return std::get<DsseEnvelope>(bundle.content).signatures.front().signature;
}

Result<void> check_version(std::string_view media_type) {
  if (version_of(media_type)) return {};
  return invalid_request(
      "BUNDLE_VERSION_UNSUPPORTED",
      fmt::format("bundle: media type \"{}\" is not known; versions 0.1, 0.2 and 0.3 are",
                  media_type.substr(0, 120)));
}

Result<void> check_rules(const Bundle& bundle) {
  TRY(check_version(bundle.media_type));
  const Version version = *version_of(bundle.media_type);
  TRY(check_material(bundle, version));
  TRY(check_entries(bundle, version));
  return check_content(bundle);
}

std::string key_hint_for(ByteView spki) { return base64_encode(sha256(spki)); }

}  // namespace chancery::bundle
