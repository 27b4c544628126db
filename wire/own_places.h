// Where a user's own daemon keeps its state and listens when nobody says: for it and its clients
// alike, so that they meet whether or not both have a runtime directory. Reads the environment.
#pragma once

#include <filesystem>
#include <vector>

namespace chancery::wire {

inline constexpr const char* system_socket = "/run/chancery/chancery.sock";

// $XDG_STATE_HOME/chancery, or ~/.local/state/chancery; root's: /var/lib/chancery.
std::filesystem::path own_state_directory();

// A daemon listens at the first, a client tries each that is there: $XDG_RUNTIME_DIR/chancery/
// chancery.sock where that variable is set, chancery.sock in the state directory; root's is the
// system's.
std::vector<std::filesystem::path> own_sockets();

}  // namespace chancery::wire
