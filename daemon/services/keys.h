// chancery.v1.Keys: which keys there are, and their public halves.
#pragma once

#include <vector>

#include "daemon/flows/parts.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

std::vector<Method> keys_methods(const Parts& parts);

}  // namespace chancery::daemon
