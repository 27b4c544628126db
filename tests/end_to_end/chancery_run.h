// The `chancery` command, run as a person runs it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/program_run.h"

namespace chancery::testing {

// In this directory, against the daemon that listens there.
inline ProgramOptions chancery_command(std::vector<std::string> arguments,
                                       const std::filesystem::path& directory,
                                       const std::filesystem::path& socket) {
  return {.program = std::filesystem::path(CHANCERY_PROGRAMS) / "chancery",
          .arguments = std::move(arguments),
          .working_directory = directory,
          .environment = {{"CHANCERY_SOCKET", socket}}};
}

}  // namespace chancery::testing
