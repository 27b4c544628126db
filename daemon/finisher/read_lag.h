// What a log's files show may lag behind what the log has answered: it shrank only where that
// lasts.
#pragma once

#include <optional>

#include "core/base/deadline.h"
#include "core/base/error.h"

namespace chancery::daemon {

// Of one search. On the finisher's thread.
class ReadLag {
 public:
  using Time = Deadline::Clock::time_point;

  // What to make of an error of TransparencyLog::find(): where the files have not reached the place
  // for limits::log_lag_max, corrupt LOG_SHRANK in place of unavailable LOG_NOT_YET_PUBLISHED.
  Error judge(const Error& error, Time now);
  void end() { since_.reset(); }  // they reach it

 private:
  std::optional<Time> since_;
};

}  // namespace chancery::daemon
