// Refusals on their way to the journal: each gets a record of its own, up to a rate for each user;
// those above it are counted, and the count is recorded. So whom we deny can neither fill the disk
// nor keep the journal busy.
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "daemon/journal/journal.h"

namespace chancery::daemon {

// Thread-safe. Borrows the journal, whose completions it outlives.
class RefusalRecorder {
 public:
  using Clock = Deadline::Clock;

  explicit RefusalRecorder(Journal& journal) : journal_(journal) {}

  // `done` runs when the record is durable, or at once where the refusal is only counted. What the
  // journal does not take is counted, too.
  void record(Refusal refusal, Clock::time_point now, Journal::Done<void> done);
  // What only administrators do, and was refused: whoever asked is told so in any case.
  void record(const Act& refused, const Error& why);
  // Records what was counted since the last call; what cannot be recorded now stays counted.
  // Waits for the journal.
  Result<void> record_counted(Clock::time_point now);

  // All since the start, recorded one by one or not.
  struct Kind {
    std::string reason;
    std::string rule;  // the nearest
    auto operator<=>(const Kind&) const = default;
  };
  std::map<Kind, std::uint64_t> counts() const;

 private:
  // A token bucket.
  struct User {
    double tokens;
    Clock::time_point at;
    CountedRefusals counted = {};
  };
  bool has_record_of_its_own(const Refusal& refusal, Clock::time_point now);
  std::vector<CountedRefusals> take_counted(Clock::time_point now);
  void give_back(const CountedRefusals& counted);

  Journal& journal_;
  mutable std::mutex mutex_;
  std::map<std::uint32_t, User> users_;
  std::map<Kind, std::uint64_t> counts_;
};

}  // namespace chancery::daemon
