#include "daemon/flows/read_signature.h"

#include <fmt/format.h>

#include "core/policy/decide.h"
#include "daemon/flows/judgement.h"
#include "daemon/flows/reply.h"
#include "daemon/services/message.h"

namespace chancery::daemon {
namespace {

// How many signatures over one digest are looked at for one that the caller may read.
constexpr std::size_t candidates_max = 100;

Error unknown_signature(std::string_view what) {
  return not_found("SIGNATURE_UNKNOWN", fmt::format("no signature is known by this {}", what));
}

bool may_read(const Parts& parts, const policy::Peer& peer, std::string_view profile) {
  return policy::decide_profile(parts.config.get()->rules, peer, profile).allowed;
}

Result<StoredRequest> find_by_digest(const Parts& parts, const Call& call, ByteView digest) {
  for (const RequestId id : TRY(parts.journal.find_by_digest(digest, candidates_max))) {
    std::optional<StoredRequest> stored = TRY(parts.journal.find(id));
    if (stored && may_read(parts, call.peer, stored->acceptance.profile)) return std::move(*stored);
  }
  return unknown_signature("digest (or none that you may read)");
}

Result<StoredRequest> find_by_idempotency_key(const Parts& parts, const Call& call,
                                              const v1::GetSignatureRequest& request) {
  const std::string profile =
      request.profile().empty() ? std::string(default_profile) : request.profile();
  std::optional<StoredRequest> stored =
      TRY(parts.journal.find_by_idempotency_key(call.peer.uid, profile, request.idempotency_key()));
  if (!stored) return unknown_signature("idempotency key");
  TRY(require_rule(parts, call, stored->acceptance.profile));
  return std::move(*stored);
}

Result<StoredRequest> find(const Parts& parts, const Call& call,
                           const v1::GetSignatureRequest& request) {
  switch (request.by_case()) {
    case v1::GetSignatureRequest::kReceipt:
      return find_by_receipt(parts, call, request.receipt());
    case v1::GetSignatureRequest::kIdempotencyKey:
      return find_by_idempotency_key(parts, call, request);
    case v1::GetSignatureRequest::kDigest:
      return find_by_digest(parts, call, as_bytes(request.digest()));
    case v1::GetSignatureRequest::BY_NOT_SET:
      break;
  }
  return invalid_request("FIELD_MISSING", "name a receipt, an idempotency key or a digest");
}

}  // namespace

Result<StoredRequest> find_by_receipt(const Parts& parts, const Call& call,
                                      std::string_view receipt) {
  const RequestId id = TRY(parts.journal.receipts().request_of(receipt));
  std::optional<StoredRequest> stored = TRY(parts.journal.find(id));
  if (!stored) return unknown_signature("receipt");
  TRY(require_rule(parts, call, stored->acceptance.profile));
  return std::move(*stored);
}

Result<std::optional<StoredRequest>> find_earlier(const Parts& parts, const policy::Peer& peer,
                                                  const Asked& asked) {
  std::optional<StoredRequest> earlier;
  if (!may_read(parts, peer, asked.profile)) return earlier;
  earlier =
      TRY(parts.journal.find_by_idempotency_key(peer.uid, asked.profile, asked.idempotency_key));
  if (earlier && !TRY(answers(*earlier, request_hash(asked), parts.now()))) earlier.reset();
  return earlier;
}

void get_signature(const Parts& parts, const Call& call) {
  const auto reply = [&]() -> Result<std::string> {
    const auto request = TRY(read_message<v1::GetSignatureRequest>(call.payload));
    return sign_reply(parts, TRY(find(parts, call, request)));
  };
  call.responder->answer(reply());
}

}  // namespace chancery::daemon
