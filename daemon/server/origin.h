// Where a process comes from: its system unit, its container, its executable, as /proc tells.
#pragma once

#include "core/policy/rule.h"

namespace chancery::daemon {

// Fills in the peer's unit, invocation, container and executable by its pid; what cannot be read
// stays empty. The caller sees to it that the pid still means the same process afterwards.
void read_origin(policy::Peer& peer);
void forget_origin(policy::Peer& peer);

}  // namespace chancery::daemon
