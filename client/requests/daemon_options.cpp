#include "client/requests/daemon_options.h"

#include <cstdlib>
#include <system_error>

namespace chancery::client {

namespace {

constexpr const char* system_socket = "/run/chancery/chancery.sock";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

void add_daemon_options(Arguments& arguments, DaemonOptions& options) {
  arguments
      .text("--socket", "PATH", options.socket,
            "The daemon's socket (default: $CHANCERY_SOCKET, else your own daemon's, else the "
            "system's)")
      .number("--timeout", "SECONDS", options.timeout_seconds,
              "How long to wait for an answer (default: 60)");
}

std::filesystem::path socket_path(const DaemonOptions& options) {
  if (!options.socket.empty()) return options.socket;
  if (const std::string named = variable("CHANCERY_SOCKET"); !named.empty()) return named;
  if (const std::string runtime = variable("XDG_RUNTIME_DIR"); !runtime.empty()) {
    const auto own = std::filesystem::path(runtime) / "chancery/chancery.sock";
    std::error_code ignored;
    if (std::filesystem::exists(own, ignored)) return own;
  }
  return system_socket;
}

}  // namespace chancery::client
