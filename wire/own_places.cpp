#include "wire/own_places.h"

#include <unistd.h>

#include <cstdlib>

namespace chancery::wire {
namespace {

namespace fs = std::filesystem;

fs::path from_environment(const char* variable) {
  const char* value = std::getenv(variable);
  // XDG Base Directory: a relative path is to be ignored.
  return value != nullptr && fs::path(value).is_absolute() ? fs::path(value) : fs::path();
}

}  // namespace

fs::path own_state_directory() {
  if (::getuid() == 0) return "/var/lib/chancery";
  const fs::path state = from_environment("XDG_STATE_HOME");
  return (state.empty() ? from_environment("HOME") / ".local/state" : state) / "chancery";
}

std::vector<fs::path> own_sockets() {
  if (::getuid() == 0) return {system_socket};
  std::vector<fs::path> out;
  const fs::path runtime = from_environment("XDG_RUNTIME_DIR");
  if (!runtime.empty()) out.push_back(runtime / "chancery/chancery.sock");
  out.push_back(own_state_directory() / "chancery.sock");
  return out;
}

}  // namespace chancery::wire
