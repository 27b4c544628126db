#include "core/bundle/checks/log_v2.h"

#include <fmt/format.h>

#include "core/bundle/checks/recorded.h"
#include "core/tlog/entry.h"

namespace chancery::bundle {
namespace {

Result<std::string> rebuild(Algorithm algorithm, Signing signing) {
  return tlog::canonical_body({TRY(signing.content.digest(hash_of(algorithm))),
                               to_bytes(signing.signature), algorithm, signing.signer.verifier,
                               signing.signer.certificate.has_value()});
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
  return entry.kind == "hashedrekord" && entry.version == "0.0.2";
}

Result<std::vector<Scheme>> check_body_v2(const LogEntry& entry, Signing signing) {
  // Rebuilt from what we hold and compared byte for byte: nothing in the body is taken on trust.
  for (const Scheme& scheme : possible_schemes(signing.signer.key)) {
    if (scheme.hash != hash_of(scheme.algorithm) || !is_loggable(scheme.algorithm)) continue;
    const Result<std::string> rebuilt = rebuild(scheme.algorithm, signing);
    if (rebuilt.ok() && *rebuilt == entry.canonicalized_body) return std::vector{scheme};
  }
  return explain(entry, signing).error();
}

}  // namespace chancery::bundle
