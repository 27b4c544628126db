// Limits: times that foreign numbers may name. Each bound with its reason; all of them are in this
// folder.
#pragma once

#include <cstdint>

namespace chancery::limits {

// The end of 9999: RFC 3339 and X.509 write no later year, and all fits our microseconds.
inline constexpr std::int64_t unix_seconds_max = 253'402'300'799;

}  // namespace chancery::limits
