#include "core/bundle/checks/log_v2.h"

#include <fmt/format.h>

#include "core/bundle/checks/recorded.h"
#include "core/tlog/entry.h"

namespace chancery::bundle {
namespace {

bool is_hashed_rekord(const LogEntry& entry) { return entry.kind == "hashedrekord"; }

Result<std::string> rebuild(const LogEntry& entry, Algorithm algorithm, Signing signing) {
  tlog::HashedRekord record{{},
                            to_bytes(signing.signature),
                            algorithm,
                            signing.signer.verifier,
                            signing.signer.certificate.has_value()};
  if (is_hashed_rekord(entry)) {
    record.digest = TRY(signing.content.digest(hash_of(algorithm)));
    return tlog::canonical_body(record);
  }
  record.digest = digest(HashAlgorithm::sha256, as_bytes(signing.content.envelope()->payload));
  return tlog::canonical_dsse_body(record);
}

// Why the body is not the rebuilt one.
Result<void> explain(const LogEntry& entry, Signing signing) {
  const auto body = tlog::parse_hashed_rekord(entry.canonicalized_body);
  if (!body.ok()) {
    const bool other_kind = body.error().reason == "ENTRY_KIND_UNSUPPORTED";
    return entry_refusal(other_kind ? "LOG_ENTRY_KIND_MISMATCH" : "LOG_ENTRY_MALFORMED", entry,
                         body.error().message);
  }
  TRY(check_recorded(entry, {body->is_certificate, body->verifier, body->signature}, signing));
  const Digest known = TRY(signing.content.digest(body->digest.algorithm));
  TRY(check_recorded_digest(entry, body->digest, known));
  return entry_refusal(
      "LOG_ENTRY_ALGORITHM_MISMATCH", entry,
      fmt::format("it records {}, and logs take {} of such a key", key_details_of(body->algorithm),
                  key_details_of(signing.signer.key.algorithm())));
}

}  // namespace

bool is_entry_v2(const LogEntry& entry) {
  return entry.version == "0.0.2" && (is_hashed_rekord(entry) || entry.kind == "dsse");
}

Result<std::vector<Scheme>> check_body_v2(const LogEntry& entry, Signing signing) {
  if (!is_hashed_rekord(entry) && signing.content.envelope() == nullptr) {
    return entry_refusal("LOG_ENTRY_KIND_MISMATCH", entry,
                         "it records an envelope, the bundle has a signature of the artefact");
  }
  // Rebuilt from what we hold and compared byte for byte: nothing in the body is taken on trust.
  for (const Scheme& scheme : possible_schemes(signing.signer.key)) {
    if (scheme.hash != hash_of(scheme.algorithm)) continue;
    if (is_hashed_rekord(entry) && !is_loggable(scheme.algorithm)) continue;
    const Result<std::string> rebuilt = rebuild(entry, scheme.algorithm, signing);
    if (rebuilt.ok() && *rebuilt == entry.canonicalized_body) return std::vector{scheme};
  }
  if (is_hashed_rekord(entry)) return explain(entry, signing).error();
  return entry_refusal("LOG_ENTRY_MISMATCH", entry,
                       "what it records of payload, signature and key is not the bundle's");
}

}  // namespace chancery::bundle
