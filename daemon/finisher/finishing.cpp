#include "daemon/finisher/finishing.h"

#include <utility>

#include "core/base/limits/services.h"

namespace chancery::daemon {
namespace {

Error stopping() {
  return unavailable("SHUTTING_DOWN",
                     "the daemon is stopping; it goes on with this after its next start");
}

}  // namespace

Finishing::Finishing(SharedParts shared, Sites& sites, Unfinished work, Finisher::Done done)
    : shared_(std::move(shared)), sites_(sites), work_(std::move(work)), done_(std::move(done)) {}

void Finishing::start() {
  if (work_.is_resumed) {
    const Result<void> read = read_answers();
    if (!read.ok()) return end(read.error());
  }
  if (is_for_logs()) {
    const Result<void> begun = record();
    if (!begun.ok()) return end(begun.error());
  }
  if (!is_stamped()) wait_for_authorities(true);
  stamp();
}

// Whichever of them stamps it in the end: each has a place for it until then.
void Finishing::wait_for_authorities(bool begins) {
  if (std::exchange(waits_for_authorities_, begins) == begins) return;
  for (const std::string& name : work_.plan.authorities) {
    std::atomic<std::size_t>& unresolved = sites_.authorities.at(name).unresolved;
    begins ? unresolved += 1 : unresolved -= 1;
  }
}

// What an earlier run was told. Judged again with the whole bundle.
Result<void> Finishing::read_answers() {
  for (RemoteStep& step : TRY(shared_.journal.remote_steps(work_.id))) {
    stored_[step.destination] = std::move(step);
  }
  for (const std::string& name : work_.plan.authorities) {
    const Bytes& answer = stored_[authority_destination(name)].answer;
    if (!answer.empty()) timestamps_[name] = answer;
  }
  for (const std::string& name : work_.plan.logs) {
    const Bytes& answer = stored_[log_destination(name)].answer;
    if (answer.empty()) continue;
    entries_[name] = TRY(bundle::parse_log_entry(as_text(answer), limits::log_answer_bytes_max));
  }
  return {};
}

// The first in the plan's order that is not left alone just now; if all are, the one that is tried
// again soonest.
AuthoritySite* Finishing::next_authority(std::string& name) {
  AuthoritySite* best = nullptr;
  for (const std::string& each : work_.plan.authorities) {
    if (timestamps_.contains(each)) continue;
    AuthoritySite& site = sites_.authorities.at(each);
    const bool is_better =
        best == nullptr ||
        (best->pace.is_doubtful() &&
         (!site.pace.is_doubtful() || site.pace.paused_until() < best->pace.paused_until()));
    if (!is_better) continue;
    best = &site;
    name = each;
  }
  return best;
}

void Finishing::stamp() {
  if (is_stamped()) {
    wait_for_authorities(false);
    return finish_if_whole();
  }
  std::string name;
  AuthoritySite* site = next_authority(name);
  CHANCERY_ASSERT(site != nullptr);  // the configuration has as many as the plan asks for
  auto turn = [self = shared_from_this(), site, name](bool is_granted) {
    if (!is_granted) return self->end(stopping());
    site->authority.stamp(self->work_.record.signature, Deadline::after(limits::timestamp_wait_max),
                          [self, name, began = Deadline::Clock::now()](remote::Stamped stamped) {
                            self->shared_.timings.add_remote(authority_destination(name), "stamp",
                                                             Deadline::Clock::now() - began);
                            self->shared_.agenda->post([self, name, stamped = std::move(stamped)] {
                              self->after_stamp(name, stamped);
                            });
                          });
  };
  // Where another one will do, nobody sits out this one's pause.
  Pace::Leave leave;
  if (work_.plan.authorities.size() > timestamps_.size() + 1) {
    leave = [self = shared_from_this()] { self->stamp(); };
  }
  site->pace.ask_for_turn(std::move(turn), Deadline::Clock::now(), std::move(leave));
}

void Finishing::after_stamp(const std::string& name, const remote::Stamped& stamped) {
  AuthoritySite& site = sites_.authorities.at(name);
  if (!stamped.timestamp.ok()) {
    troubles_.try_emplace(name, shared_.journal, work_.id, authority_destination(name))
        .first->second.tell_alarm(stamped.timestamp.error());
    site.reputation.fail(stamped.timestamp.error());
    site.pace.fail(stamped.retry_after);
    return stamp();
  }
  site.reputation.succeed();
  shared_.step("stamped");
  timestamps_[name] = stamped.timestamp->response;
  record_stamp(name, *stamped.timestamp);
}

// The last one is what those leave with that do not wait for their logs. Its turn ends with it.
void Finishing::record_stamp(const std::string& name, const remote::Timestamp& timestamp) {
  RemoteStep step{authority_destination(name), 1, 0, timestamp.response, Stamped{timestamp.time}};
  auto then = [self = shared_from_this(), name, timestamp](const Result<void>& recorded) {
    self->shared_.agenda->post([self, name, timestamp, recorded] {
      self->sites_.authorities.at(name).pace.succeed();
      if (!recorded.ok()) return self->record_stamp_later(name, timestamp);
      self->shared_.step("stamp recorded");
      self->stamp();
    });
  };
  if (is_stamped() && !is_for_logs()) {
    std::vector<std::string> awaited;
    for (const std::string& log : work_.plan.logs) awaited.push_back(log_destination(log));
    return shared_.journal.record_released(work_.id, std::move(step), std::move(awaited),
                                           std::move(then));
  }
  const RequestState state = logs_left_ == 0 ? RequestState::logged : RequestState::timestamped;
  const auto reached = is_stamped() ? std::optional(state) : std::nullopt;
  shared_.journal.record_remote_step(work_.id, std::move(step), reached, std::move(then));
}

// The journal did not take it (it says so itself). To end here would have somebody begin all of it
// once more, the logs too, while these go on.
void Finishing::record_stamp_later(const std::string& name, const remote::Timestamp& timestamp) {
  sites_.authorities.at(name).pace.ask_for_turn(
      [self = shared_from_this(), name, timestamp](bool is_granted) {
        if (!is_granted) return self->end(stopping());
        self->record_stamp(name, timestamp);
      },
      Deadline::Clock::now() + limits::destination_pause_min);
}

// All of them or none: while one goes on this does not end.
Result<void> Finishing::record() {
  std::map<std::string, services::Proposal> missing;
  for (const std::string& name : work_.plan.logs) {
    if (entries_.contains(name)) continue;
    const remote::TransparencyLog& log = sites_.logs.at(name).log;
    missing.emplace(name, TRY(log.propose(work_.record, work_.envelope.get())));
  }
  work_.envelope.reset();  // large, and whole in the proposals
  logs_left_ = missing.size();
  for (auto& [name, proposal] : missing) begin_log(name, std::move(proposal));
  return {};
}

void Finishing::begin_log(const std::string& name, services::Proposal proposal) {
  LogSite& site = sites_.logs.at(name);
  RemoteStep stored = stored_[log_destination(name)];
  stored.destination = log_destination(name);
  LogStep::Task task{work_.id, std::move(proposal), std::move(stored),
                     // Of what has left the journal sees by itself which log was the last.
                     [self = shared_from_this()] {
                       return --self->logs_left_ == 0 && self->is_stamped() && self->is_whole();
                     }};
  const auto done = [self = shared_from_this(), name,
                     &site](std::optional<bundle::LogEntry> entry) {
    site.unresolved -= 1;
    self->after_log(name, std::move(entry));
  };
  site.unresolved += 1;
  std::make_shared<LogStep>(shared_, site, std::move(task), done)->start();
}

void Finishing::after_log(const std::string& name, std::optional<bundle::LogEntry> entry) {
  if (!entry) return end(stopping());
  entries_[name] = *std::move(entry);
  finish_if_whole();
}

void Finishing::finish_if_whole() {
  if (!is_stamped()) return;
  if (is_for_logs() && entries_.size() != work_.plan.logs.size()) return;
  Finished finished;
  for (const std::string& name : work_.plan.authorities) {
    if (timestamps_.contains(name)) finished.timestamps.push_back(timestamps_[name]);
  }
  for (const std::string& name : work_.plan.logs) {
    if (is_for_logs()) finished.entries.push_back(entries_.at(name));
  }
  end(std::move(finished));
}

// Once: several logs may be given back when the finisher stops.
void Finishing::end(Result<Finished> outcome) {
  wait_for_authorities(false);
  const Finisher::Done done = std::exchange(done_, nullptr);
  if (done) done(std::move(outcome));
}

}  // namespace chancery::daemon
