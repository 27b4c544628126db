// chancery.v1.Keys, the part of administrators: keys made, stopped, certified, deleted.
#pragma once

#include <vector>

#include "daemon/flows/keys/key_life.h"
#include "daemon/flows/parts.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

// On `background`, one at a time: a device may take minutes for a key. What waits for the journal
// alone is on `orders`: a stop does not queue behind a device. All outlive the server.
std::vector<Method> key_life_methods(const Parts& parts, KeyLife& key_life, Pool& background,
                                     Pool& orders);

}  // namespace chancery::daemon
