// A bundle of any size, message by message.
#pragma once

#include "daemon/flows/parts.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

// Signer.ReadBundle. Errors: those of find_by_receipt and bundle_of; unavailable
// BUNDLE_NOT_READY.
Result<std::unique_ptr<OutboundStream>> read_bundle(const Parts& parts, const Call& call);

}  // namespace chancery::daemon
