#include "daemon/flows/deadline/backlog.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/limits/services.h"
#include "daemon/flows/deadline/release.h"
#include "daemon/flows/signing.h"
#include "daemon/note.h"

namespace chancery::daemon {
namespace {

// There is room later, or after the next start.
bool is_full(const Error& error) {
  return error.code == ErrorCode::exhausted || error.reason == "SHUTTING_DOWN";
}

// No other try of this run can mend it: services change with a restart alone.
bool is_hopeless(const Error& error) {
  const bool may_pass = error.code == ErrorCode::unavailable || error.code == ErrorCode::exhausted;
  return !may_pass || error.reason == "REMOTE_SERVICE_MISSING";
}

}  // namespace

void Backlog::start(const Parts& parts) {
  parts_ = &parts;
  tick();
}

void Backlog::stop() {
  const std::lock_guard lock(mutex_);
  is_stopped_ = true;
}

void Backlog::wake() {
  const std::lock_guard lock(mutex_);
  wake_locked();
}

std::size_t Backlog::carried() const {
  const std::lock_guard lock(mutex_);
  return carried_.size();
}

// Those that were passed over are looked at again: they were not stamped yet, or could not be
// taken.
void Backlog::tick() {
  const std::lock_guard lock(mutex_);
  if (is_stopped_) return;
  starts_over_ = true;
  wake_locked();
  parts_->finisher->at(Deadline::Clock::now() + limits::backlog_look_interval, [this] { tick(); });
}

void Backlog::wake_locked() {
  if (is_stopped_) return;
  looks_again_ = true;
  if (std::exchange(is_looking_, true)) return;
  parts_->spool.post([this] { look(); });
}

void Backlog::look() {
  for (;;) {
    bool starts_over = false;
    {
      const std::lock_guard lock(mutex_);
      is_looking_ = std::exchange(looks_again_, false) && !is_stopped_;
      if (!is_looking_) return;
      starts_over = std::exchange(starts_over_, false);
    }
    if (starts_over) {
      looked_up_to_ = 0;
      report_overdue();
    }
    take();
  }
}

// Once when it begins, each time when there are more, and once when it is over.
void Backlog::report_overdue() {
  const auto before = parts_->journal.count_released();
  if (!before.ok()) return note_trouble(before.error());
  if (before->unrecorded > before->overdue) {
    const auto late = parts_->journal.record_overdue(parts_->now());
    if (!late.ok()) return note_trouble(late.error());
    if (!late->empty()) {
      note(Priority::error,
           fmt::format("overdue: {} of the signatures that have left; their logs have not recorded "
                       "them in time, and their profiles sign nothing new until that is done",
                       before->overdue + late->size()));
      was_overdue_ = true;
      return;
    }
  }
  if (std::exchange(was_overdue_, before->overdue != 0) && before->overdue == 0) {
    note(Priority::notice, "no signature is overdue any more");
  }
}

void Backlog::take() {
  while (has_room()) {
    const auto ids = parts_->journal.released(looked_up_to_, limits::backlog_carried_max);
    if (!ids.ok()) return note_trouble(ids.error());
    if (ids->empty()) return;
    for (const RequestId id : *ids) {
      if (!has_room() || !carry(id)) return;
      looked_up_to_ = id;
    }
  }
}

bool Backlog::has_room() const {
  const std::lock_guard lock(mutex_);
  return !is_stopped_ && carried_.size() < limits::backlog_carried_max &&
         carried_bytes_ < limits::backlog_bytes_max;
}

// False: the finisher takes nothing more just now. Its place is taken before the finisher is asked,
// so that the daemon is not drained in between.
bool Backlog::carry(RequestId id) {
  {
    const std::lock_guard lock(mutex_);
    if (left_.contains(id) || !carried_.try_emplace(id, 0).second) return true;
  }
  Result<std::optional<StoredRequest>> stored = prepare(id);
  if (stored.ok() && stored->has_value()) {
    Signing::resume(*parts_, *std::move(*stored),
                    [this, id](const Result<void>& outcome) { end(id, outcome); });
    return true;
  }
  drop(id, stored.ok() ? Result<void>() : stored.error());
  return stored.ok() || !is_full(stored.error());
}

// Nothing: it was done meanwhile.
Result<std::optional<StoredRequest>> Backlog::prepare(RequestId id) {
  std::optional<StoredRequest> stored = TRY(parts_->journal.find(id));
  if (!stored || !was_released(*stored)) return std::optional<StoredRequest>();
  const Acceptance& acceptance = stored->acceptance;
  const Plan plan = TRY(parse_plan(acceptance.plan));
  TRY(parts_->finisher->may_take(plan, 0));
  const std::uint64_t bytes = acceptance.payload_file
                                  ? TRY(parts_->payloads.size(*acceptance.payload_file))
                                  : acceptance.payload.size();
  const std::lock_guard lock(mutex_);
  carried_[id] = bytes;
  carried_bytes_ += bytes;
  return stored;
}

void Backlog::end(RequestId id, const Result<void>& outcome) {
  drop(id, outcome);
  wake();
}

// What could not be recorded is taken again after the next tick.
void Backlog::drop(RequestId id, const Result<void>& outcome) {
  if (!outcome.ok()) note_trouble(outcome.error());
  const std::lock_guard lock(mutex_);
  if (!outcome.ok() && is_hopeless(outcome.error())) left_.insert(id);
  const auto found = carried_.find(id);
  carried_bytes_ -= found->second;
  carried_.erase(found);
}

// Once, however many it keeps waiting. What our own verifier refuses has been told.
void Backlog::note_trouble(const Error& error) {
  if (is_full(error) || error.reason == "OWN_BUNDLE_REFUSED") return;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(trouble_, error.message) == error.message) return;
  }
  note(Priority::error,
       fmt::format("what has left cannot be recorded: {}: {}", error.reason, error.message));
}

}  // namespace chancery::daemon
