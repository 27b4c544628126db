// Signed requests that could not be finished, and those that failed and are not on record so: with
// the reason, which is shown to whoever asks; and tried again.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "core/base/deadline.h"
#include "core/base/error.h"
#include "daemon/journal/records.h"

namespace chancery::daemon {

// Thread-safe. At most limits::stuck_requests_max: those beyond are finished after the next start.
class StuckRequests {
 public:
  using Time = Deadline::Clock::time_point;

  // It is due in a while, in twice as long each time.
  void retry_later(RequestId id, const Error& why, Time now);
  // Whoever looks after it tries again by itself.
  void report(RequestId id, const Error& why);
  void remove(RequestId id);

  // Each once, until it comes back by retry_later().
  std::vector<RequestId> take_due(Time now);

  std::optional<Error> trouble_of(RequestId id) const;
  struct Summary {
    std::size_t count = 0;
    RequestId oldest = 0;  // and its trouble
    Error why;
  };
  std::optional<Summary> summary() const;  // nothing: none is stuck

 private:
  struct Stuck {
    Error why;
    std::chrono::milliseconds delay{};
    Time due = Time::max();
  };
  Stuck* place_for(RequestId id);

  mutable std::mutex mutex_;
  std::map<RequestId, Stuck> stuck_;
};

}  // namespace chancery::daemon
