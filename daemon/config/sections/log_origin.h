// What a log may be called: a name that every client reads the same way. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace chancery::daemon {

// Why the origin is refused, or an empty string. It becomes a signed note's key name, the first
// line of each checkpoint, and the host of the trusted root's baseUrl.
std::string find_origin_fault(std::string_view origin);

}  // namespace chancery::daemon
