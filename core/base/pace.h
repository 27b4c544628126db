// Whether bytes that are waited for keep coming, or going.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace chancery {

// Fewer bytes than this in that time is standing still.
struct MinimumPace {
  std::size_t bytes;
  std::chrono::milliseconds within;
};

// Asked at intervals: a pause that is shorter than an interval goes unnoticed. For one thread.
class PaceWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `bytes` have moved so far, and more are expected. True once they are slower than `pace`.
  bool is_too_slow(std::size_t bytes, Time now, MinimumPace pace) {
    if (!mark_ || bytes - mark_->bytes >= pace.bytes) mark_ = {now, bytes};
    return now - mark_->when >= pace.within;
  }
  // Nothing is expected: what comes after is measured from the next look on.
  void rest() { mark_.reset(); }

 private:
  struct Mark {
    Time when;
    std::size_t bytes;
  };
  std::optional<Mark> mark_;  // where there was enough progress last
};

}  // namespace chancery
