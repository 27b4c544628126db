// chancery.v1.Log: the local log, its proofs, and the trust that a verifier needs.
#pragma once

#include <vector>

#include "daemon/flows/parts.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

// `log_start`: since when the log's key is valid, for the trusted root.
std::vector<Method> log_methods(const Parts& parts, WallTime log_start);

}  // namespace chancery::daemon
