#include "daemon/flows/restore.h"

#include <fmt/format.h>

namespace chancery::daemon {
namespace {

Error contradiction(const StoredRequest& stored, std::string_view what) {
  return corrupt("JOURNAL_DAMAGED", fmt::format("request {}: {}", stored.id, what));
}

Result<Asked> asked_again(const Parts& parts, const StoredRequest& stored) {
  const Acceptance& acceptance = stored.acceptance;
  if (acceptance.kind == RequestKind::statement) {
    return read_statement(acceptance.profile, acceptance.idempotency_key,
                          TRY(restore_statement(parts, acceptance)));
  }
  Asked asked;
  asked.profile = acceptance.profile;
  asked.idempotency_key = acceptance.idempotency_key;
  asked.artifact = acceptance.artifact;
  asked.artifact_digest = acceptance.digest;
  return asked;
}

}  // namespace

Result<std::string> restore_statement(const Parts& parts, const Acceptance& acceptance) {
  if (!acceptance.payload_file) return acceptance.payload;
  return parts.payloads.read(*acceptance.payload_file);
}

Result<tlog::HashedRekord> restore_record(const StoredRequest& stored) {
  const Acceptance& acceptance = stored.acceptance;
  const std::optional<Algorithm> algorithm = algorithm_named(acceptance.algorithm);
  if (!algorithm) return contradiction(stored, "unknown algorithm " + acceptance.algorithm);
  if (!stored.log_index) return contradiction(stored, "signed, but not in the log");
  return tlog::HashedRekord{acceptance.digest, stored.signature, *algorithm,
                            to_bytes(as_bytes(stored.verifier_spki)), /*is_certificate=*/false};
}

Result<Restored> restore(const Parts& parts, const StoredRequest& stored) {
  const tlog::HashedRekord record = TRY(restore_record(stored));
  PublicKey public_key = TRY(PublicKey::from_spki(record.verifier));
  KeyInfo info{stored.acceptance.key_name, record.algorithm, public_key.spki()};
  std::string body = TRY(tlog::canonical_body(record));
  Asked asked = TRY(asked_again(parts, stored));
  return Restored{
      std::move(asked), {nullptr, std::move(info), std::move(public_key)}, std::move(body)};
}

}  // namespace chancery::daemon
