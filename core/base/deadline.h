// When to give up, and what time it is. Time is always an argument in core.
#pragma once

#include <chrono>
#include <cstdint>

namespace chancery {

// The wall clock, as the daemon's records and the world's certificates count it. May jump.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

inline std::int64_t unix_seconds(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

// A point on the steady clock after which the answer is of no use to anybody.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  static Deadline after(std::chrono::nanoseconds duration) {
    return Deadline(Clock::now() + std::chrono::duration_cast<Clock::duration>(duration));
  }
  static Deadline at(Clock::time_point when) { return Deadline(when); }

  bool passed() const { return Clock::now() >= when_; }
  // Zero once passed.
  std::chrono::milliseconds remaining() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(when_ - Clock::now());
    return left > std::chrono::milliseconds::zero() ? left : std::chrono::milliseconds::zero();
  }
  Clock::time_point when() const { return when_; }

 private:
  explicit Deadline(Clock::time_point when) : when_(when) {}
  Clock::time_point when_;
};

}  // namespace chancery
