// Where configuration, state and socket are when nobody says.
#pragma once

#include <filesystem>

namespace chancery::daemon {

struct Places {
  std::filesystem::path config;  // empty: the embedded default
  std::filesystem::path state_directory;
  std::filesystem::path socket;
};

// Looks for /etc/chancery/chancery.toml. A state directory or socket that is given asks for the
// embedded default; what is not given is where wire/own_places.h says.
Places default_places(const std::filesystem::path& state_directory,
                      const std::filesystem::path& socket);

}  // namespace chancery::daemon
