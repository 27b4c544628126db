#include "client/dbus/error_name.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace chancery::client {

namespace {

// The D-Bus specification, "Error names": elements of letters, digits and underscores that do not
// begin with a digit, 255 bytes in all.
bool can_be_named(std::string_view reason) {
  constexpr std::size_t reason_bytes_max = 200;
  const auto fits = [](char c) { return is_upper(c) || is_digit(c) || c == '_'; };
  return !reason.empty() && reason.size() <= reason_bytes_max && !is_digit(reason.front()) &&
         std::ranges::all_of(reason, fits);
}

}  // namespace

std::string error_name_of(const Error& error) {
  if (error.reason == "POLKIT_REFUSED") return "org.freedesktop.DBus.Error.AccessDenied";
  if (error.reason == "AUTHENTICATION_NEEDED")
    return "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";
  // A reason comes from the daemon, or from whoever plays it.
  return "org.chancery.Error." + (can_be_named(error.reason) ? error.reason : "PEER_ERROR");
}

}  // namespace chancery::client
