// How often a rule may be used: token buckets. Pure: time is an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/deadline.h"

namespace chancery::policy {

// A bucket of `count` tokens that fills again in `period`.
struct Rate {
  std::int64_t count = 1;
  std::chrono::seconds period{1};

  std::string words() const;  // "100/minute"
  bool operator==(const Rate&) const = default;
};

// "10/second", "100/minute", "1000/hour", "5/day".
std::optional<Rate> parse_rate(std::string_view text);

// One bucket. It is known by the moment at which it will be full again: a new one is full.
class TokenBucket {
 public:
  using Time = Deadline::Clock::time_point;

  // Until a token will be there; zero: one is.
  std::chrono::nanoseconds wait(const Rate& rate, Time now) const;
  // One token, which is there.
  void take(const Rate& rate, Time now);
  // One that was taken, at this rate.
  void give_back(const Rate& rate);
  bool is_full(Time now) const { return full_at_ <= now; }

 private:
  Time full_at_ = Time::min();
};

}  // namespace chancery::policy
