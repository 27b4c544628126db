#include "daemon/config/places.h"

#include <unistd.h>

#include <cstdlib>
#include <system_error>

namespace chancery::daemon {
namespace {

namespace fs = std::filesystem;

constexpr const char* configuration_file = "/etc/chancery/chancery.toml";

fs::path from_environment(const char* variable) {
  const char* value = std::getenv(variable);
  // XDG Base Directory: a relative path is to be ignored.
  return value != nullptr && fs::path(value).is_absolute() ? fs::path(value) : fs::path();
}

fs::path own_state_directory() {
  if (::getuid() == 0) return "/var/lib/chancery";
  const fs::path state = from_environment("XDG_STATE_HOME");
  return (state.empty() ? from_environment("HOME") / ".local/state" : state) / "chancery";
}

fs::path own_socket(const fs::path& state_directory) {
  if (::getuid() == 0) return "/run/chancery/chancery.sock";
  const fs::path runtime = from_environment("XDG_RUNTIME_DIR");
  return runtime.empty() ? state_directory / "chancery.sock" : runtime / "chancery/chancery.sock";
}

}  // namespace

Places default_places(const fs::path& state_directory, const fs::path& socket) {
  std::error_code ignored;
  if (state_directory.empty() && socket.empty() && fs::exists(configuration_file, ignored)) {
    return {configuration_file, {}, {}};
  }
  const fs::path state = state_directory.empty() ? own_state_directory() : state_directory;
  // A state directory of its own comes with a socket of its own.
  const fs::path beside = state_directory.empty() ? own_socket(state) : state / "chancery.sock";
  return {{}, state, socket.empty() ? beside : socket};
}

}  // namespace chancery::daemon
