// Where configuration, state and socket are when nobody says.
#pragma once

#include <filesystem>

namespace chancery::daemon {

struct Places {
  std::filesystem::path config;  // empty: the embedded default
  std::filesystem::path state_directory;
  std::filesystem::path socket;
};

// Reads the environment and looks for /etc/chancery/chancery.toml. A state directory or socket that
// is given asks for the embedded default. Root: /var/lib/chancery and /run/chancery; others:
// $XDG_STATE_HOME (or ~/.local/state) and $XDG_RUNTIME_DIR (or the state directory).
Places default_places(const std::filesystem::path& state_directory,
                      const std::filesystem::path& socket);

}  // namespace chancery::daemon
