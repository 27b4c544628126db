// What can be seen of the host without the daemon: its socket, disk, clock, unit and credentials.
#pragma once

#include <filesystem>

#include "client/doctor/finding.h"

namespace chancery::client {

Finding check_socket(const std::filesystem::path& socket);
Finding check_disk(const std::filesystem::path& state_directory);
Finding check_clock();
// Units and credentials as they lie below `root`, which is "/" but in tests.
Finding check_unit(const std::filesystem::path& root);
Findings check_credentials(const std::filesystem::path& root);

}  // namespace chancery::client
