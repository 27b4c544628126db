#include "daemon/flows/reply.h"

#include <fmt/format.h>

#include "core/base/limits/statements.h"
#include "core/bundle/bundle.h"
#include "daemon/finisher/plan.h"
#include "daemon/flows/archive/watch.h"
#include "daemon/flows/deadline/release.h"
#include "daemon/flows/stuck/retry.h"

namespace chancery::daemon {
namespace {

// The first of its entries elsewhere; where there is none, or none yet, that of our own log.
Result<void> set_place(const Parts& parts, const StoredRequest& stored, v1::SignReply& reply) {
  const bool is_elsewhere = !stored.acceptance.plan.empty();
  if (!is_elsewhere && stored.log_index) {
    reply.set_log_origin(parts.log.key().name());
    reply.set_log_index(*stored.log_index);
  }
  if (!is_elsewhere || stored.state != RequestState::done) return {};
  const bundle::Bundle bundle = TRY(bundle::parse_bundle(stored.bundle));
  if (bundle.log_entries.empty() || !bundle.log_entries.front().inclusion_proof) return {};
  const bundle::LogEntry& entry = bundle.log_entries.front();
  const std::string& checkpoint = entry.inclusion_proof->checkpoint;
  reply.set_log_origin(checkpoint.substr(0, checkpoint.find('\n')));
  reply.set_log_index(entry.log_index);
  return {};
}

Result<void> set_logs(const Parts& parts, const StoredRequest& stored, v1::SignReply& reply) {
  const bool is_under_way = !stored.signature.empty() && stored.state != RequestState::done;
  if (!is_under_way || stored.acceptance.plan.empty()) return {};
  const Plan plan = TRY(parse_plan(stored.acceptance.plan));
  const std::vector<RemoteStep> steps = TRY(parts.journal.remote_steps(stored.id));
  for (const std::string& log : plan.logs) {
    v1::LogProgress& added = *reply.add_logs();
    added.set_log(log);
    added.set_has_recorded(has_answered(steps, log_destination(log)));
  }
  return {};
}

// Whole where it is small; where its payload lies in a file, it is read as a stream.
Result<void> set_bundle(const Parts& parts, const StoredRequest& stored, v1::SignReply& reply) {
  std::string bundle = TRY(bundle_of(parts, stored));
  if (bundle.empty()) return {};
  const auto& file = stored.acceptance.payload_file;
  const std::uint64_t payload =
      file ? TRY(watch_payload(parts, stored.id, parts.payloads.size(*file))) : 0;
  reply.set_bundle_bytes(bundle.size() + (payload + 2) / 3 * 4);
  const bool fits = reply.bundle_bytes() <= limits::inline_bundle_bytes_max;
  if (fits && !file) reply.set_bundle(std::move(bundle));
  return {};
}

}  // namespace

v1::State to_wire(RequestState state) {
  switch (state) {
    case RequestState::accepted:
      return v1::STATE_ACCEPTED;
    case RequestState::signed_:
      return v1::STATE_SIGNED;
    case RequestState::timestamped:
      return v1::STATE_TIMESTAMPED;
    case RequestState::logged:
      return v1::STATE_LOGGED;
    case RequestState::published:
      return v1::STATE_PUBLISHED;
    case RequestState::done:
      return v1::STATE_DONE;
    case RequestState::failed:
      return v1::STATE_FAILED;
    case RequestState::overdue:
      return v1::STATE_OVERDUE;
  }
  return v1::STATE_UNSPECIFIED;
}

Result<std::string> sign_reply(const Parts& parts, const StoredRequest& stored) {
  v1::SignReply reply;
  const Acceptance& acceptance = stored.acceptance;
  reply.set_receipt(parts.journal.receipts().receipt_for(stored.id));
  reply.set_state(to_wire(stored.state));
  reply.set_key(fmt::format("{}:{}", acceptance.backend, acceptance.key_name));
  reply.set_expires_at(unix_seconds(acceptance.expires_at));
  TRY(set_bundle(parts, stored, reply));  // first: it says what is damaged
  TRY(set_place(parts, stored, reply));
  TRY(set_logs(parts, stored, reply));
  if (was_released(stored)) reply.set_record_by(unix_seconds(*acceptance.record_by));
  if (const std::optional<Error> trouble = TRY(trouble_of(parts, stored))) {
    reply.mutable_trouble()->set_reason(trouble->reason);
    reply.mutable_trouble()->set_message(trouble->message);
  }
  if (stored.state == RequestState::failed) {
    reply.mutable_failure()->set_reason(stored.failure_reason);
    reply.mutable_failure()->set_message(stored.failure_message);
  }
  return reply.SerializeAsString();
}

Result<std::string> reply_as_it_stands(const Parts& parts, RequestId id) {
  const std::optional<StoredRequest> stored = TRY(parts.journal.find(id));
  if (!stored) return not_found("SIGNATURE_UNKNOWN", "it is not in the archive any more");
  return sign_reply(parts, *stored);
}

}  // namespace chancery::daemon
