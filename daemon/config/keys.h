// The configuration against the keys that are really there. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "daemon/config/config.h"

namespace chancery::daemon {

struct BackendKeys {
  std::string backend;
  std::vector<KeyInfo> keys;
  std::vector<UnusableKey> unusable = {};
};

// Profiles and the log whose key is missing, has another algorithm than they say, or cannot do
// what it is for: logs refuse entries by pure Ed25519 and PSS, and a checkpoint needs Ed25519.
// Backends that are not in `present` (a device that is away) and keys that cannot be used now are
// left out. By line.
std::vector<ConfigProblem> check_keys(const Config& config, std::span<const BackendKeys> present);

}  // namespace chancery::daemon
