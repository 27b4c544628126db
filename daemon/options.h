// The command line of chanceryd.
#pragma once

#include <filesystem>
#include <variant>
#include <vector>

#include "daemon/config/key_name.h"

namespace chancery::daemon {

struct Options {
  std::filesystem::path config;           // empty: the default place, or the embedded default
  std::filesystem::path state_directory;  // embedded default only
  std::filesystem::path socket;           // embedded default only
  int ready_fd = -1;                      // gets "ready\n" once requests are answered
  std::vector<KeyName> to_make_anew;      // keys that were in use here and are lost
  bool check_only = false;                // read the configuration, say what is wrong, exit
};

// Nothing to run: help or version were printed (exit 0), or the usage was wrong (exit 2).
struct ExitNow {
  int status;
};
std::variant<Options, ExitNow> read_command_line(int argc, char** argv);

}  // namespace chancery::daemon
