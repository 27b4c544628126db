// How our errors are called on the bus. Pure.
#pragma once

#include <string>

#include "core/base/error.h"

namespace chancery::client {

// "org.chancery.Error." and the reason, which docs/errors.md lists; for what polkit refuses the
// names that every D-Bus client knows.
std::string error_name_of(const Error& error);

}  // namespace chancery::client
