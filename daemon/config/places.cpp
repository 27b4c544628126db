#include "daemon/config/places.h"

#include <system_error>

#include "wire/own_places.h"

namespace chancery::daemon {
namespace {

namespace fs = std::filesystem;

constexpr const char* configuration_file = "/etc/chancery/chancery.toml";

}  // namespace

Places default_places(const fs::path& state_directory, const fs::path& socket) {
  std::error_code ignored;
  if (state_directory.empty() && socket.empty() && fs::exists(configuration_file, ignored)) {
    return {configuration_file, {}, {}};
  }
  const fs::path state = state_directory.empty() ? wire::own_state_directory() : state_directory;
  // A state directory of its own comes with a socket of its own.
  const fs::path beside =
      state_directory.empty() ? wire::own_sockets().front() : state / "chancery.sock";
  return {{}, state, socket.empty() ? beside : socket};
}

}  // namespace chancery::daemon
