// chancery.v1.Signer: each method reads its request and starts its flow.
#pragma once

#include <vector>

#include "daemon/flows/parts.h"
#include "daemon/server/call.h"
#include "daemon/services/byte_budget.h"

namespace chancery::daemon {

// `parts` and `statements` outlive the server.
std::vector<Method> signer_methods(const Parts& parts, ByteBudget& statements);

}  // namespace chancery::daemon
