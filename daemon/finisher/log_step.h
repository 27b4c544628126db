// One signature into one log: add, and where that is in doubt look before adding again.
#pragma once

#include <memory>

#include "daemon/finisher/read_lag.h"
#include "daemon/finisher/site.h"
#include "daemon/finisher/troubles.h"
#include "daemon/journal/journal.h"
#include "daemon/metrics/timings.h"

namespace chancery::daemon {

// What the steps of all requests share.
struct SharedParts {
  std::shared_ptr<Agenda> agenda;  // outlives completions of the journal that come late
  Journal& journal;
  Timings& timings;
  // Tests only: called after each step, on the finisher's thread.
  std::function<void(std::string_view step)> at_step;

  void step(std::string_view name) const {
    if (at_step) at_step(name);
  }
};

// On the finisher's thread; keeps itself alive until it is done. Read log_step.cpp top to bottom.
class LogStep : public std::enable_shared_from_this<LogStep> {
 public:
  struct Task {
    RequestId id;
    services::Proposal proposal;
    RemoteStep stored;
    std::function<bool()> is_last;  // of all that is waited for: asked once, when it has answered
  };
  using Done = std::function<void(std::optional<bundle::LogEntry>)>;  // nothing: we are stopping

  LogStep(SharedParts shared, LogSite& site, Task task, Done done);
  void start();

 private:
  void ask_for_turn(Pace::Time not_before);
  void take_turn();
  void look();
  void after_look(const Result<services::LogSearch>& search);
  void note_size();
  void after_size(const Result<std::uint64_t>& size);
  void begin();
  void after_begin(const Result<void>& recorded);
  void after_add(const remote::LogAdded& added);
  void look_for_first();
  void after_first(const Result<services::LogSearch>& search);
  void accept(const bundle::LogEntry& entry, std::string_view outcome,
              std::optional<std::uint64_t> duplicate = std::nullopt);
  void write_answer();
  void after_accept(const Result<void>& recorded);
  void wait_for_journal();
  void try_again(const Error& error, std::optional<std::chrono::seconds> retry_after);
  void wait_after_refusal(const Error& error);

  // A callback, on whichever thread, that goes on with `next` on the finisher's.
  template <typename T>
  std::function<void(T)> then(void (LogStep::*next)(const T&));
  // The same of what the log is asked from now on, timed.
  template <typename T>
  std::function<void(T)> timed(std::string_view operation, void (LogStep::*next)(const T&));

  SharedParts shared_;
  LogSite& site_;
  Task task_;
  Done done_;
  Troubles troubles_;
  ReadLag lag_;
  bool is_in_doubt_;
  bool was_in_doubt_;      // a try that came to nothing may have been late
  bool is_found_ = false;  // by looking: the log has answered no add of it
  std::uint64_t search_from_;
  unsigned refusals_ = 0;
  std::optional<bundle::LogEntry> entry_;  // that the log has, and perhaps not the first
  std::optional<RequestState> reached_;    // with the answer
};

}  // namespace chancery::daemon
