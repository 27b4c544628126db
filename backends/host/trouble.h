// What goes wrong with a host or its device, and what that means for the next.
#pragma once

#include <chrono>
#include <string_view>

#include "core/base/error.h"

namespace chancery::host {

// Only a host that opens anew sees another PIN or value, or takes up another key.
bool needs_opening(std::string_view reason);

// What is no more, once the device answers. Not TOKEN_REFUSED and TPM_CONNECTION_LOST: then it was
// reached anew, and did not sign.
bool is_absence(std::string_view reason);

// Not of the request, nor of its haste.
bool is_of_device(const Error& error);

// internal KEY_HOST_HUNG.
Error hung(std::chrono::duration<double> patience);

// unavailable DEVICE_SILENT.
Error silent(std::chrono::duration<double> patience);

// internal KEY_HOST_GARBAGE: "a huge message".
Error garbage(std::string_view what);

}  // namespace chancery::host
