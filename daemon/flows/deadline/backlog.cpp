#include "daemon/flows/deadline/backlog.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/limits/journal.h"
#include "core/base/limits/services.h"
#include "daemon/finisher/plan.h"
#include "daemon/flows/assemble.h"
#include "daemon/flows/deadline/release.h"
#include "daemon/flows/restore.h"
#include "daemon/flows/signing.h"
#include "daemon/note.h"

namespace chancery::daemon {
namespace {

// There is room later, or after the next start.
bool is_full(const Error& error) {
  return error.code == ErrorCode::exhausted || error.reason == "SHUTTING_DOWN";
}

// Only the operator can mend it, if anybody: it is tried again, but not each second.
bool is_lasting(const Error& error) {
  const bool may_pass = error.code == ErrorCode::unavailable || error.code == ErrorCode::exhausted;
  return !may_pass || error.reason == "REMOTE_SERVICE_MISSING";
}

}  // namespace

void Backlog::start(const Parts& parts) {
  parts_ = &parts;
  open_queues();
  report_missing_logs();
  {
    const std::lock_guard lock(mutex_);
    is_started_ = true;
  }
  tick();
}

void Backlog::open_queues() {
  Journal& journal = parts_->journal;
  for (const std::string& log : parts_->finisher->logs()) {
    queues_.emplace_back(
        log, [&journal, destination = log_destination(log)](RequestId after, std::size_t count) {
          return journal.awaited(destination, after, count);
        });
  }
  recorded_ = &queues_.emplace_back(std::nullopt, [&journal](RequestId after, std::size_t count) {
    return journal.recorded(after, count);
  });
}

// Nobody looks for what waits for them.
void Backlog::report_missing_logs() {
  const auto released = parts_->journal.count_released();
  if (!released.ok()) return note_trouble(released.error());
  std::map<std::string, std::size_t> missing = released->awaited;
  for (const std::string& log : parts_->finisher->logs()) missing.erase(log_destination(log));
  for (const auto& [destination, count] : missing) {
    if (count == 0) continue;
    note(Priority::error,
         fmt::format("signatures that have left wait for the log \"{}\" ({}), which the "
                     "configuration does not name any more; put it back",
                     log_named(destination), count));
  }
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
  std::size_t count = 0;
  for (const BacklogQueue& queue : queues_) count += queue.carried();
  return count;
}

bool Backlog::is_stopped() const {
  const std::lock_guard lock(mutex_);
  return is_stopped_;
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
  if (!is_started_ || is_stopped_) return;
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
      for (BacklogQueue& queue : queues_) queue.start_over();
      const Result<void> looked = overdue_.look(parts_->journal, parts_->now());
      if (!looked.ok()) note_trouble(looked.error());
    }
    for (BacklogQueue& queue : queues_) take(queue);
  }
}

void Backlog::take(BacklogQueue& queue) {
  while (!is_stopped() && queue.has_room()) {
    const auto id = queue.next();
    if (!id.ok()) return note_trouble(id.error());
    if (!*id || !carry(queue, **id)) return;
  }
}

// False: the finisher takes nothing more for it just now. Its place is taken before the finisher is
// asked, so that the daemon is not drained in between.
bool Backlog::carry(BacklogQueue& queue, RequestId id) {
  if (!queue.begin(id)) return true;
  const Result<bool> begun = queue.log() ? record(queue, id) : archive(id);
  if (begun.ok() && *begun) return true;
  drop(queue, id, begun.ok() ? Result<void>() : begun.error());
  return begun.ok() || !is_full(begun.error());
}

// False: there is nothing to do, it was done meanwhile.
Result<bool> Backlog::record(BacklogQueue& queue, RequestId id) {
  const std::optional<StoredRequest> stored = TRY(parts_->journal.find(id));
  if (!stored || !was_released(*stored)) return false;
  Unfinished work{id,
                  {.logs = {*queue.log()}, .authorities = {}, .timestamps = 0},
                  TRY(restore_record(*stored)),
                  /*is_resumed=*/true,
                  nullptr,
                  Share::logs};
  TRY(parts_->finisher->may_take(work.plan, work.share, 0));
  if (stored->acceptance.kind == RequestKind::statement &&
      parts_->finisher->wants_envelopes(work.plan)) {
    work.envelope = std::make_shared<const bundle::DsseEnvelope>(
        envelope_of(TRY(restore_statement(*parts_, stored->acceptance)), stored->signature));
    queue.weigh(id, work.envelope->payload.size());
  }
  parts_->finisher->finish(std::move(work), [this, &queue, id](const Result<Finished>& finished) {
    end(queue, id, finished.ok() ? Result<void>() : finished.error());
  });
  return true;
}

// The way of any request after a restart: its answers are in the journal.
Result<bool> Backlog::archive(RequestId id) {
  std::optional<StoredRequest> stored = TRY(parts_->journal.find(id));
  if (!stored || !stored->acceptance.record_by || stored->state != RequestState::logged) {
    return false;
  }
  const Acceptance& acceptance = stored->acceptance;
  recorded_->weigh(id, acceptance.payload_file
                           ? TRY(parts_->payloads.size(*acceptance.payload_file))
                           : acceptance.payload.size());
  Signing::resume(*parts_, *std::move(stored),
                  [this, id](const Result<void>& outcome) { end(*recorded_, id, outcome); });
  return true;
}

void Backlog::end(BacklogQueue& queue, RequestId id, const Result<void>& outcome) {
  if (outcome.ok()) parts_->stuck.remove(id);
  if (queue.log() && outcome.ok()) recorded_->put(id);  // perhaps: another log may still miss it
  drop(queue, id, outcome);
  wake();
}

// What could not be recorded is taken again after the next tick.
void Backlog::drop(BacklogQueue& queue, RequestId id, const Result<void>& outcome) {
  if (!outcome.ok()) note_trouble(outcome.error());
  if (!outcome.ok() && !is_full(outcome.error())) parts_->stuck.report(id, outcome.error());
  if (!outcome.ok() && is_lasting(outcome.error())) {
    queue.leave_alone(id, Deadline::Clock::now() + limits::stuck_delay_max);
  }
  queue.end(id);
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
