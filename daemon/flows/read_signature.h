// Reading what was signed: by receipt, idempotency key or digest, with the permission to sign.
#pragma once

#include "daemon/flows/parts.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

// What the receipt names, where the caller may read it. Errors: invalid_request RECEIPT_INVALID;
// not_found SIGNATURE_UNKNOWN; denied NO_RULE.
Result<StoredRequest> find_by_receipt(const Parts& parts, const Call& call,
                                      std::string_view receipt);

// Signer.GetSignature.
void get_signature(const Parts& parts, const Call& call);

}  // namespace chancery::daemon
