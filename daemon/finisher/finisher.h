// Everything remote of a signature: timestamps and logs, until all have answered.
//
// One thread, which never waits for anybody. How far each service is with each request is in the
// journal before it is asked and after it has answered, so a restart goes on where it was.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/bundle/bundle.h"
#include "core/tlog/entry.h"
#include "daemon/finisher/plan.h"
#include "daemon/finisher/rates.h"
#include "daemon/finisher/services.h"
#include "daemon/journal/journal.h"
#include "daemon/metrics/timings.h"

namespace chancery::daemon {

// How much of a plan is done at once: where a signature leaves before its logs have it, the
// timestamps come first, and the plan's logs later, each by itself.
enum class Share { everything, timestamps, logs };

// What is to be finished: a signature that the journal holds.
struct Unfinished {
  RequestId id = 0;
  Plan plan;
  tlog::HashedRekord record;
  bool is_resumed = false;  // by an earlier run: the journal may hold answers already
  // Of a statement, and only where a log of the plan wants to see it (wants_envelopes).
  std::shared_ptr<const bundle::DsseEnvelope> envelope;
  Share share = Share::everything;
};

// All that the plan asks for, in its order.
struct Finished {
  std::vector<Bytes> timestamps;
  std::vector<bundle::LogEntry> entries;
};

struct FinisherCounts {
  std::size_t unresolved = 0;
  std::uint64_t finished = 0;
  std::uint64_t steps = 0;  // progress of the thread
  std::size_t due = 0;
};

// Answers of one service that are alarms, told or not, since the start.
struct ServiceAlarms {
  std::string destination;                      // as the journal names it
  std::map<std::string, std::uint64_t> counts;  // by reason
};

// Thread-safe.
class Finisher {
 public:
  using Done = std::function<void(Result<Finished>)>;
  using AtStep = std::function<void(std::string_view step)>;

  // Borrows journal and timings. `at_step` is for tests only: called after each step, on its
  // thread.
  static std::unique_ptr<Finisher> start(RemoteServices services, Journal& journal,
                                         Timings& timings, AtStep at_step = nullptr);
  virtual ~Finisher() = default;  // as stop(), where that was not called
  // Cuts short what is in flight: it is in doubt after the next start. What comes from then on is
  // dropped.
  virtual void stop() = 0;

  // Before anything is signed: that each service that this share needs has room, that a log cannot
  // refuse it for its size, and that no rate is used up (where only the logs are left to do, it has
  // been signed long ago and no rate counts). Errors: exhausted REMOTE_QUEUE_FULL,
  // REMOTE_RATE_LIMITED; invalid_request ENTRY_TOO_LARGE; unavailable REMOTE_SERVICE_MISSING (the
  // configuration has lost it), SHUTTING_DOWN.
  virtual Result<void> may_take(const Plan& plan, Share share, std::size_t payload_bytes) const = 0;
  // One signature more for each service that this plan asks, logs that record it later too. What is
  // signed already takes none. Gives those of whom it was taken, for give_back_turn() where nothing
  // is signed after all. Error: exhausted REMOTE_RATE_LIMITED.
  virtual Result<Rates::Destinations> take_turn(const Plan& plan) = 0;
  virtual void give_back_turn(const Rates::Destinations& taken) = 0;
  virtual bool wants_envelopes(const Plan& plan) const = 0;

  // `done` runs once, on the finisher's thread, however long it takes. Error: unavailable
  // SHUTTING_DOWN, REMOTE_SERVICE_MISSING: it stays as it is in the journal, for the next start.
  virtual void finish(Unfinished work, Done done) = 0;

  // Runs `work` at that time, unless the finisher ends before.
  virtual void at(Deadline::Clock::time_point when, std::function<void()> work) = 0;

  // Begins nothing more; what is in flight is waited for, the rest is given back.
  virtual void drain() = 0;

  virtual std::vector<std::string> logs() const = 0;  // by name
  // Why one of the plan's services does not do its part just now; nothing: all do.
  virtual std::optional<Error> trouble_of(const Plan& plan) const = 0;
  virtual std::vector<ServiceAlarms> alarms() const = 0;
  // Whom the services' answers are judged by.
  virtual const bundle::TrustedRoot& root() const = 0;
  virtual FinisherCounts counts() const = 0;
};

}  // namespace chancery::daemon
