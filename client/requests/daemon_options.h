// What every command that talks to the daemon takes.
#pragma once

#include <filesystem>
#include <string>

#include "client/terminal/command_line.h"
#include "core/base/deadline.h"
#include "core/base/limits/command.h"

namespace chancery::client {

struct DaemonOptions {
  std::string socket = {};  // empty: the default place
  std::uint64_t timeout_seconds = limits::client_timeout_seconds_default;
  bool json = false;

  Deadline deadline() const { return Deadline::after(std::chrono::seconds(timeout_seconds)); }
};

// Adds --socket and --timeout.
void add_daemon_options(Arguments& arguments, DaemonOptions& options);

// Where the daemon listens: the option, else $CHANCERY_SOCKET, else a socket of this user's own
// daemon, else the system's.
std::filesystem::path socket_path(const DaemonOptions& options);

}  // namespace chancery::client
