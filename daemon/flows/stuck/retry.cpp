#include "daemon/flows/stuck/retry.h"

#include <fmt/format.h>

#include "daemon/flows/deadline/release.h"
#include "daemon/flows/signing.h"

namespace chancery::daemon {
namespace {

bool is_finished(const StoredRequest& stored) {
  return stored.state == RequestState::done || stored.state == RequestState::failed;
}

// It has failed, with what it is stuck with, and the journal could not take that.
void record_failure(const Parts& parts, RequestId id) {
  const std::optional<Error> why = parts.stuck.trouble_of(id);
  if (!why) return;
  parts.journal.record_failed(id, *why, parts.now(),
                              [&stuck = parts.stuck, id, why](const Result<void>& recorded) {
                                if (recorded.ok()) return stuck.remove(id);
                                stuck.retry_later(id, *why, Deadline::Clock::now());
                              });
}

void retry(const Parts& parts, RequestId id) {
  Result<std::optional<StoredRequest>> stored = parts.journal.find(id);
  if (!stored.ok()) return parts.stuck.retry_later(id, stored.error(), Deadline::Clock::now());
  if (!*stored || is_finished(**stored)) return parts.stuck.remove(id);
  if (!(*stored)->log_index) return record_failure(parts, id);
  if (was_released(**stored)) return;  // the backlog's
  Signing::resume(parts, *std::move(*stored), nullptr);
}

void tell(const Parts& parts) {
  const auto stuck = parts.stuck.summary();
  if (!stuck) return parts.alarms.clear(alarm_names::requests);
  const std::string receipt = parts.journal.receipts().receipt_for(stuck->oldest);
  parts.alarms.raise(alarm_names::requests,
                     {stuck->why.code, stuck->why.reason,
                      fmt::format("not finished: {} in all, the oldest is {}: {}", stuck->count,
                                  receipt, stuck->why.message)},
                     "Mend that; the daemon tries again by itself. `chancery status` lists each "
                     "with its trouble.");
}

}  // namespace

void retry_stuck(const Parts& parts) {
  for (const RequestId id : parts.stuck.take_due(Deadline::Clock::now())) retry(parts, id);
  tell(parts);
}

Result<std::optional<Error>> trouble_of(const Parts& parts, const StoredRequest& stored) {
  if (is_finished(stored)) return std::optional<Error>();
  std::optional<Error> trouble = parts.stuck.trouble_of(stored.id);
  if (trouble || parts.finisher == nullptr || stored.acceptance.plan.empty()) return trouble;
  Plan plan = TRY(parse_plan(stored.acceptance.plan));
  if (!parts.finisher->trouble_of(plan)) return trouble;  // as nearly always: nothing to look up
  const std::vector<RemoteStep> steps = TRY(parts.journal.remote_steps(stored.id));
  std::erase_if(plan.logs,
                [&](const auto& log) { return has_answered(steps, log_destination(log)); });
  const auto stamps = std::erase_if(plan.authorities, [&](const auto& name) {
    return has_answered(steps, authority_destination(name));
  });
  if (stamps >= plan.timestamps) plan.authorities.clear();
  return parts.finisher->trouble_of(plan);
}

}  // namespace chancery::daemon
