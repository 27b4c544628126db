// Times as text: RFC 3339, as proto3 JSON, trusted roots and people write them.
#pragma once

#include <string>
#include <string_view>

#include "core/base/deadline.h"
#include "core/base/result.h"

namespace chancery {

// "2026-01-31T12:00:00[.123456789](Z|+01:00)"; years 0001 to 9999; digits past microseconds are
// cut off. Error: invalid_request TIME_INVALID.
Result<WallTime> parse_rfc3339(std::string_view text);

// UTC with "Z"; the fraction only where there is one.
std::string format_rfc3339(WallTime time);

}  // namespace chancery
