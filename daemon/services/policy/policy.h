// chancery.v1.Policy: what the rules say, and whether they pass their tests.
#pragma once

#include <vector>

#include "daemon/config/reloading.h"
#include "daemon/flows/parts.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

// Users are looked up and files read on `inquiries`. All outlive the server.
std::vector<Method> policy_methods(const Parts& parts, Pool& inquiries, LoadConfig load);

}  // namespace chancery::daemon
