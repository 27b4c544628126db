// What to do about an error: the second line under what happened.
#pragma once

#include <string_view>

#include "core/base/error.h"

namespace chancery::client {

// For the user `uid`, by the reason where there is something better to say than the code's own
// advice.
std::string_view advice_for(const Error& error, std::uint32_t uid);

}  // namespace chancery::client
