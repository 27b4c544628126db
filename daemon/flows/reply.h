// Stored requests as the wire shows them.
#pragma once

#include <string>

#include "chancery/v1/signer.pb.h"
#include "daemon/flows/parts.h"

namespace chancery::daemon {

v1::State to_wire(RequestState state);

// A serialised SignReply. The bundle is inside up to limits::inline_bundle_bytes_max. Errors: those
// of bundle_of().
Result<std::string> sign_reply(const Parts& parts, const StoredRequest& stored);

// Whatever has come of it so far, with its receipt.
Result<std::string> reply_as_it_stands(const Parts& parts, RequestId id);

}  // namespace chancery::daemon
