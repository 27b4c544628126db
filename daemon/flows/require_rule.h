// Whether any rule lets the caller use a profile at all: asked before anything else is spent on it.
#pragma once

#include "daemon/flows/parts.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

// A refusal is on record as one to sign is. Error: denied NO_RULE.
Result<void> require_rule(const Parts& parts, const Call& call, std::string_view profile);

}  // namespace chancery::daemon
