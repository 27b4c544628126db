#include "daemon/finisher/log_step.h"

#include <fmt/format.h>

#include "daemon/note.h"

namespace chancery::daemon {

using audit::TroubleKind;

LogStep::LogStep(SharedParts shared, LogSite& site, Task task, Done done)
    : shared_(std::move(shared)),
      site_(site),
      task_(std::move(task)),
      done_(std::move(done)),
      troubles_(shared_.journal, task_.id, task_.stored.destination),
      is_in_doubt_(task_.stored.attempts > 0),  // an earlier run asked, and has no answer
      was_in_doubt_(is_in_doubt_),
      search_from_(task_.stored.noted_size) {}

template <typename T>
std::function<void(T)> LogStep::then(void (LogStep::*next)(const T&)) {
  return [self = shared_from_this(), next](T value) {
    self->shared_.agenda->post(
        [self, next, value = std::move(value)] { (self.get()->*next)(value); });
  };
}

template <typename T>
std::function<void(T)> LogStep::timed(std::string_view operation, void (LogStep::*next)(const T&)) {
  return [self = shared_from_this(), operation, go_on = then(next),
          began = Deadline::Clock::now()](T value) {
    self->shared_.timings.add_remote(self->task_.stored.destination, operation,
                                     Deadline::Clock::now() - began);
    go_on(std::move(value));
  };
}

void LogStep::start() {
  if (is_in_doubt_) {
    troubles_.tell(
        TroubleKind::in_doubt,
        outcome_unknown("LOG_ANSWER_MISSED", "the daemon stopped before it had the log's answer"));
  }
  ask_for_turn(Deadline::Clock::now());
}

void LogStep::ask_for_turn(Pace::Time not_before) {
  site_.pace.ask_for_turn(
      [self = shared_from_this()](bool is_granted) {
        if (is_granted) return self->take_turn();
        self->done_(std::nullopt);
      },
      not_before);
}

void LogStep::take_turn() {
  if (!task_.stored.answer.empty()) return write_answer();
  if (entry_) return look_for_first();
  if (is_in_doubt_) return look();
  note_size();
}

// 1. In doubt: is it there? From the size on that was noted before the first try.
void LogStep::look() {
  site_.log.find(task_.proposal, search_from_, Deadline::after(limits::log_read_max),
                 timed("find", &LogStep::after_look));
}

void LogStep::after_look(const Result<services::LogSearch>& search) {
  if (!search.ok()) {
    return try_again(lag_.judge(search.error(), Deadline::Clock::now()), std::nullopt);
  }
  lag_.end();
  if (search->entry) {
    is_found_ = true;
    return accept(*search->entry, "found");
  }
  search_from_ = search->searched_to;
  if (!search->is_whole) return look();
  is_in_doubt_ = false;
  note_size();
}

// 2. How large is the log? What is added from now on comes behind that.
void LogStep::note_size() {
  if (site_.has_recent_size()) return begin();
  site_.log.note_size(Deadline::after(limits::log_read_max), then(&LogStep::after_size));
}

void LogStep::after_size(const Result<std::uint64_t>& size) {
  if (size.ok()) site_.see_size(*size);
  if (!size.ok()) troubles_.tell_alarm(size.error());
  if (!site_.size) return try_again(size.error(), std::nullopt);
  begin();
}

// 3. Into the journal before it is asked for: after a crash we know that it may be there.
void LogStep::begin() {
  RemoteStep& stored = task_.stored;
  if (stored.attempts == 0) stored.noted_size = search_from_ = *site_.size;
  stored.attempts += 1;
  shared_.journal.record_remote_step(task_.id, stored, std::nullopt, then(&LogStep::after_begin));
}

// 4. Add. Never cut short: that would fail others who wait.
void LogStep::after_begin(const Result<void>& recorded) {
  if (!recorded.ok()) {
    task_.stored.attempts -= 1;
    return wait_for_journal();
  }
  shared_.step("add begun");
  site_.log.add(task_.proposal, Deadline::after(limits::log_add_max),
                timed("add", &LogStep::after_add));
}

void LogStep::after_add(const remote::LogAdded& added) {
  if (added.entry.ok()) {
    shared_.step("added");
    if (task_.stored.attempts == 1) return accept(*added.entry, "added");
    entry_ = *added.entry;
    search_from_ = task_.stored.noted_size;
    return look_for_first();
  }
  const Error& error = added.entry.error();
  switch (error.code) {
    case ErrorCode::invalid_request:
    case ErrorCode::unsupported:
      return wait_after_refusal(error);
    case ErrorCode::outcome_unknown:
      troubles_.tell(TroubleKind::in_doubt, error);
      is_in_doubt_ = was_in_doubt_ = true;
      break;
    case ErrorCode::corrupt:
      is_in_doubt_ = was_in_doubt_ = true;
      break;
    default:  // nothing happened
      break;
  }
  try_again(error, added.retry_after);
}

// 5. Tried more than once, it may be there more than once: the first entry is the one referred to.
void LogStep::look_for_first() {
  site_.log.find(task_.proposal, search_from_, Deadline::after(limits::log_read_max),
                 timed("find", &LogStep::after_first));
}

void LogStep::after_first(const Result<services::LogSearch>& search) {
  if (!search.ok()) {
    return try_again(lag_.judge(search.error(), Deadline::Clock::now()), std::nullopt);
  }
  lag_.end();
  if (!search->entry && !search->is_whole) {
    search_from_ = search->searched_to;
    return look_for_first();
  }
  const bool has_other = search->entry && search->entry->log_index != entry_->log_index;
  if (!has_other) return accept(bundle::LogEntry(*entry_), "resent");
  note(Priority::warning,
       fmt::format("{} has recorded one signature twice: entries {} and {}; the first is used",
                   task_.stored.destination, search->entry->log_index, entry_->log_index));
  accept(*search->entry, "duplicate", entry_->log_index);
}

// 6. The answer, durably.
void LogStep::accept(const bundle::LogEntry& entry, std::string_view outcome,
                     std::optional<std::uint64_t> duplicate) {
  entry_ = entry;
  const auto& proof = entry.inclusion_proof;
  if (proof && entry.signed_entry_timestamp.empty()) site_.see_size(proof->tree_size);
  task_.stored.answer = to_bytes(as_bytes(bundle::write_log_entry(entry)));
  task_.stored.outcome =
      Recorded{entry.log_id, entry.log_index, task_.proposal.leaf(), outcome, duplicate};
  if (task_.is_last()) reached_ = RequestState::logged;
  write_answer();
}

void LogStep::write_answer() {
  shared_.journal.record_remote_step(task_.id, task_.stored, reached_,
                                     then(&LogStep::after_accept));
}

void LogStep::after_accept(const Result<void>& recorded) {
  is_found_ ? site_.reputation.answer() : site_.reputation.succeed();
  if (!recorded.ok()) return wait_for_journal();
  site_.pace.succeed();
  shared_.step("entry recorded");
  done_(std::move(entry_));
}

// What the journal did not take (its disk is full or damaged, it says so itself) is given to it
// again: nothing is asked for, and nothing has an answer, that is not there. That is no failure of
// the log.
void LogStep::wait_for_journal() {
  site_.pace.succeed();
  ask_for_turn(Deadline::Clock::now() + limits::destination_pause_min);
}

// A second at least: what a log says it did not record may be on its way into it still.
void LogStep::try_again(const Error& error, std::optional<std::chrono::seconds> retry_after) {
  troubles_.tell_alarm(error);
  site_.reputation.fail(error);
  site_.pace.fail(retry_after);
  ask_for_turn(Deadline::Clock::now() + limits::destination_pause_min);
}

// It refuses this one; others may pass. Tried again all the same: a person may mend the cause. What
// an earlier try was about may be there by now, and a log that is frozen will not say it.
void LogStep::wait_after_refusal(const Error& error) {
  troubles_.tell(TroubleKind::refused, error);
  refusals_ += 1;
  site_.reputation.fail(error);
  site_.pace.succeed();
  is_in_doubt_ = was_in_doubt_;
  const auto pause = limits::destination_pause_min * (1U << std::min(refusals_, 16U));
  ask_for_turn(Deadline::Clock::now() +
               std::min<std::chrono::milliseconds>(pause, limits::destination_pause_max));
}

}  // namespace chancery::daemon
