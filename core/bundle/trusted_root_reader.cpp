#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/limits/bundles.h"
#include "core/base/rfc3339.h"
#include "core/bundle/checks/other_file.h"
#include "core/bundle/proto_json.h"
#include "core/bundle/trusted_root.h"

namespace chancery::bundle {
namespace {

constexpr std::array<std::string_view, 3> media_types = {
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.1+json",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
};

// HashAlgorithm and PublicKeyDetails of Sigstore's common messages, by number.
constexpr std::array<std::string_view, 6> hash_names = {
    "HASH_ALGORITHM_UNSPECIFIED", "SHA2_256", "SHA2_384", "SHA2_512", "SHA3_256", "SHA3_384"};
constexpr std::array<std::string_view, 24> key_details_names = {
    "PUBLIC_KEY_DETAILS_UNSPECIFIED",
    "PKCS1_RSA_PKCS1V5",
    "PKCS1_RSA_PSS",
    "PKIX_RSA_PKCS1V5",
    "PKIX_RSA_PSS",
    "PKIX_ECDSA_P256_SHA_256",
    "PKIX_ECDSA_P256_HMAC_SHA_256",
    "PKIX_ED25519",
    "PKIX_ED25519_PH",
    "PKIX_RSA_PKCS1V15_2048_SHA256",
    "PKIX_RSA_PKCS1V15_3072_SHA256",
    "PKIX_RSA_PKCS1V15_4096_SHA256",
    "PKIX_ECDSA_P384_SHA_384",
    "PKIX_ECDSA_P521_SHA_512",
    "LMS_SHA256",
    "LMOTS_SHA256",
    "PKIX_RSA_PSS_2048_SHA256",
    "PKIX_RSA_PSS_3072_SHA256",
    "PKIX_RSA_PSS_4096_SHA256",
    "PKIX_ECDSA_P384_SHA_256",
    "PKIX_ECDSA_P521_SHA_256",
    "ML_DSA_65",
    "ML_DSA_87",
    "ML_DSA_44",
};

Result<std::optional<WallTime>> read_time(const ProtoObject& json, std::string_view name) {
  if (!json.has(name)) return std::optional<WallTime>();
  const Result<WallTime> time = parse_rfc3339(TRY(json.text(name)));
  if (!time.ok()) return json.error("TIME_INVALID", name, time.error().message);
  return std::optional(*time);
}

// The host, without scheme, user, port and path: what a v2 log signs its checkpoints as.
std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const std::size_t user = url.rfind('@');
  if (user != std::string_view::npos) url.remove_prefix(user + 1);
  if (url.starts_with('[')) return std::string(url.substr(1, url.find(']') - 1));
  return std::string(url.substr(0, url.find(':')));
}

struct LogKey {
  PublicKey key;
  Algorithm algorithm;
};
using UnreadLogs = std::vector<UnreadLog>;

// Nothing where the key is of a type unknown here: what it signs stays unverified, and the other
// logs of the root stay usable.
Result<std::optional<LogKey>> read_key(const ProtoObject& json) {
  const std::size_t details = TRY(json.enumeration("keyDetails", key_details_names));
  const Bytes raw = TRY(json.bytes("rawBytes"));
  const std::string_view name = key_details_names[details];
  // Staging's CT log: PKCS#1 without the SubjectPublicKeyInfo around it.
  const bool is_bare_rsa = name == "PKCS1_RSA_PKCS1V5";
  const std::optional<Algorithm> algorithm = algorithm_with_key_details(name);
  if (!algorithm && !is_bare_rsa && name != "PKIX_RSA_PKCS1V5") return std::optional<LogKey>();
  Result<PublicKey> key = is_bare_rsa ? PublicKey::from_pkcs1(raw) : PublicKey::from_spki(raw);
  if (!key.ok()) return json.error("KEY_MALFORMED", "rawBytes", key.error().message);
  if (algorithm && !fits(key->algorithm(), *algorithm)) {
    return json.error("KEY_MALFORMED", "keyDetails", fmt::format("the key is not {}", name));
  }
  return std::optional(LogKey{*key, algorithm.value_or(key->algorithm())});
}

Result<std::optional<TrustedLog>> read_log(const ProtoObject& json, UnreadLogs& unread) {
  const std::size_t hash = TRY(json.enumeration("hashAlgorithm", hash_names));
  if (hash != 1) return json.error("HASH_UNSUPPORTED", "hashAlgorithm", "only SHA2_256 is read");
  const ProtoObject key_json =
      TRY(json.required("publicKey", {"rawBytes", "keyDetails", "validFor"}));
  const std::optional<LogKey> key = TRY(read_key(key_json));
  const ValidFor period = TRY(read_valid_from_start(key_json));
  const auto log_id = TRY(json.object("logId", {"keyId"}));
  const auto checkpoint_id = TRY(json.object("checkpointKeyId", {"keyId"}));
  const std::string base_url = TRY(json.text("baseUrl"));
  const std::string operator_name = TRY(json.text("operator"));
  Bytes id = log_id ? TRY(log_id->bytes("keyId")) : Bytes();
  if (id.empty() && !checkpoint_id) return json.error("LOG_ID_MISSING", "logId", "must be given");
  if (!key) {
    if (id.empty()) id = TRY(checkpoint_id->bytes("keyId"));
    const std::size_t details = TRY(key_json.enumeration("keyDetails", key_details_names));
    unread.push_back({base_url, std::move(id), std::string(key_details_names[details])});
    return std::optional<TrustedLog>();
  }
  const Result<tlog::NoteKey> note_key = tlog::NoteKey::make(host_of(base_url), key->key);
  if (id.empty() && note_key.ok()) id = to_bytes(note_key->id());
  return std::optional(TrustedLog{base_url, std::move(id), key->key, key->algorithm, period,
                                  operator_name,
                                  note_key.ok() ? std::optional(*note_key) : std::nullopt});
}

using Chain = std::vector<Certificate>;

// `malformed` is the error to give with what is wrong, as long as the JSON is there to name a
// place.
struct RawCertificate {
  Bytes der;
  Error malformed;
};

Result<Chain> decode_chain(const std::vector<RawCertificate>& raw) {
  Chain chain;
  for (const RawCertificate& each : raw) {
    Result<Certificate> certificate = Certificate::from_der(each.der);
    if (!certificate.ok()) {
      return invalid_request(each.malformed.reason,
                             each.malformed.message + certificate.error().message);
    }
    chain.push_back(*std::move(certificate));
  }
  return chain;
}

Result<OnDemand<Chain>> read_authority_chain(const ProtoObject& json) {
  std::vector<RawCertificate> raw;
  for (const ProtoObject& certificate : TRY(json.objects("certificates", {"rawBytes"}))) {
    raw.push_back({TRY(certificate.bytes("rawBytes")),
                   certificate.error("CERTIFICATE_MALFORMED", "rawBytes", "")});
  }
  if (raw.empty()) {
    return json.error("CHAIN_EMPTY", "certificates", "an authority has certificates");
  }
  return OnDemand<Chain>([raw = std::move(raw)] { return decode_chain(raw); });
}

Result<TrustedAuthority> read_authority(const ProtoObject& json) {
  const std::string uri = TRY(json.text("uri"));
  const std::string operator_name = TRY(json.text("operator"));
  TRY(json.object("subject", {"organization", "commonName"}));
  const ProtoObject chain_json = TRY(json.required("certChain", {"certificates"}));
  OnDemand<Chain> chain = TRY(read_authority_chain(chain_json));
  // It may leave its period, or the start of it, to its certificates.
  const ValidFor period = TRY(read_valid_for(json));
  return TrustedAuthority{uri, std::move(chain), period, operator_name};
}

Result<std::vector<TrustedLog>> read_logs(const ProtoObject& root, std::string_view name,
                                          UnreadLogs& unread) {
  std::vector<TrustedLog> logs;
  for (const ProtoObject& json :
       TRY(root.objects(name, {"baseUrl", "hashAlgorithm", "publicKey", "logId", "checkpointKeyId",
                               "operator"}))) {
    std::optional<TrustedLog> log = TRY(read_log(json, unread));
    if (log) logs.push_back(*std::move(log));
  }
  return logs;
}

Result<std::vector<TrustedAuthority>> read_authorities(const ProtoObject& root,
                                                       std::string_view name) {
  std::vector<TrustedAuthority> authorities;
  for (const ProtoObject& json :
       TRY(root.objects(name, {"subject", "uri", "certChain", "validFor", "operator"}))) {
    authorities.push_back(TRY(read_authority(json)));
  }
  return authorities;
}

}  // namespace

std::string ValidFor::words() const {
  if (start == ValidFor().start) return end ? "until " + format_rfc3339(*end) : "for ever";
  const std::string from = "from " + format_rfc3339(start);
  return end ? fmt::format("{} to {}", from, format_rfc3339(*end)) : from + " on";
}

std::string TrustedAuthority::words() const {
  if (!uri.empty() || !chain.get().ok()) return uri;
  return chain.get()->front().subject();
}

Result<ValidFor> read_valid_for(const ProtoObject& owner) {
  ValidFor period;
  const auto json = TRY(owner.object("validFor", {"start", "end"}));
  if (!json) return period;
  period.start = TRY(read_time(*json, "start")).value_or(period.start);
  period.end = TRY(read_time(*json, "end"));
  return period;
}

Result<ValidFor> read_valid_from_start(const ProtoObject& owner) {
  const ValidFor period = TRY(read_valid_for(owner));
  if (period.start == ValidFor().start) {
    return owner.error("START_MISSING", "validFor", "its start must be given");
  }
  return period;
}

Result<TrustedRoot> parse_trusted_root(std::string_view text) {
  const Json json = TRY(parse_json(text, "trusted root", limits::trusted_root_bytes_max));
  TRY(check_not_another_than_trusted_root(json));
  const ProtoObject top = TRY(ProtoObject::read(
      json, {"TRUSTED_ROOT", "trusted root"},
      {"mediaType", "tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"}));
  const std::string media_type = TRY(top.text("mediaType"));
  if (std::ranges::find(media_types, media_type) == media_types.end()) {
    return invalid_request("TRUSTED_ROOT_VERSION_UNSUPPORTED",
                           fmt::format("trusted root: media type \"{}\" is not known; versions 0.1 "
                                       "and 0.2 are",
                                       media_type.substr(0, 120)));
  }
  TrustedRoot root;
  root.transparency_logs = TRY(read_logs(top, "tlogs", root.unread_logs));
  root.certificate_logs = TRY(read_logs(top, "ctlogs", root.unread_logs));
  root.certificate_authorities = TRY(read_authorities(top, "certificateAuthorities"));
  root.timestamp_authorities = TRY(read_authorities(top, "timestampAuthorities"));
  return root;
}

Result<void> check_chains(const TrustedRoot& root) {
  for (const auto* authorities : {&root.certificate_authorities, &root.timestamp_authorities}) {
    for (const TrustedAuthority& authority : *authorities) {
      if (!authority.chain.get().ok()) return authority.chain.get().error();
    }
  }
  return {};
}

}  // namespace chancery::bundle
