// What this build calls itself.
#pragma once

#include <string_view>

namespace chancery::daemon {

// Of the release, from CMake's project().
inline constexpr std::string_view version = CHANCERY_VERSION;

}  // namespace chancery::daemon
