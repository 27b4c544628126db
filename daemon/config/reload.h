// Which changes of the configuration a running daemon can take over. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "daemon/config/config.h"

namespace chancery::daemon {

// What differs that only a restart can change, a line each: the socket (systemd or we have bound
// it), the state directory (its journal is open), the log (its origin is set once; its key signs in
// a host), the backends (their processes run). Empty: profiles, rules and the archive's days are
// all that may differ, and the daemon uses `wanted` from the next request on.
// A reload with such a change is refused whole: half a configuration is none that anybody wrote.
std::vector<std::string> find_restart_reasons(const Config& running, const Config& wanted);

}  // namespace chancery::daemon
