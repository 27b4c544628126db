// What is older than the configuration keeps is forgotten, where the clock is to be believed.
#pragma once

#include "daemon/flows/parts.h"

namespace chancery::daemon {

// A clock that is far ahead would make everything old. One thread at a time.
class ClockDoubt {
 public:
  using Time = Deadline::Clock::time_point;

  // Whether to believe that it is `now`, `leap_max` at most after it was believed last (by this run
  // or an earlier one), or later, once that has been so for limits::clock_doubt_max.
  bool ends(WallTime believed, WallTime now, std::chrono::seconds leap_max, Time steady_now);

 private:
  std::optional<Time> since_;
};

// One thread at a time.
class Retention {
 public:
  // Drops from archive and audit what is too old. Raises or ends the alarm of the clock.
  void forget_old(const Parts& parts);

 private:
  Result<bool> believes(const Parts& parts, WallTime now);

  ClockDoubt doubt_;
};

}  // namespace chancery::daemon
