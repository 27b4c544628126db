// Limits: times that foreign numbers may name. Each bound with its reason; all of them are in this
// folder.
#pragma once

#include <chrono>
#include <cstdint>

namespace chancery::limits {

// The end of 9999: RFC 3339 and X.509 write no later year, and all fits our microseconds.
inline constexpr std::int64_t unix_seconds_max = 253'402'300'799;
// By a clock that is farther ahead of what it was, nothing is removed that is too old: hosts stand
// still for a weekend and for holidays.
inline constexpr auto clock_leap_max = std::chrono::days(7);
// But once it has been so for this long: a wrong clock has been seen to by then.
inline constexpr auto clock_doubt_max = std::chrono::hours(24);

}  // namespace chancery::limits
