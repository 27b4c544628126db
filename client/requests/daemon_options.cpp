#include "client/requests/daemon_options.h"

#include <cstdlib>
#include <system_error>

#include "wire/own_places.h"

namespace chancery::client {

void add_daemon_options(Arguments& arguments, DaemonOptions& options) {
  arguments
      .text("--socket", "PATH", options.socket,
            "The daemon's socket (default: $CHANCERY_SOCKET, else your own daemon's, else the "
            "system's)")
      .seconds("--timeout", options.timeout_seconds,
               "How long to wait for an answer (default: 60)");
}

std::filesystem::path socket_path(const DaemonOptions& options) {
  if (!options.socket.empty()) return options.socket;
  const char* named = std::getenv("CHANCERY_SOCKET");
  if (named != nullptr && *named != '\0') return named;
  for (std::filesystem::path& own : wire::own_sockets()) {
    std::error_code ignored;
    if (std::filesystem::exists(own, ignored)) return std::move(own);
  }
  return wire::system_socket;
}

}  // namespace chancery::client
