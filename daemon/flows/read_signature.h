// Reading what was signed: by receipt, idempotency key or digest, with the permission to sign.
#pragma once

#include "daemon/flows/asked.h"
#include "daemon/flows/parts.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

// What the receipt names, where the caller may read it. Errors: invalid_request RECEIPT_MALFORMED,
// RECEIPT_OF_ANOTHER_INSTANCE; not_found SIGNATURE_UNKNOWN; denied NO_RULE.
Result<StoredRequest> find_by_receipt(const Parts& parts, const Call& call,
                                      std::string_view receipt);

// What the caller has asked for before, under the same idempotency key, and may still read; nothing
// where there is none. Error: invalid_request IDEMPOTENCY_KEY_REUSED.
Result<std::optional<StoredRequest>> find_earlier(const Parts& parts, const policy::Peer& peer,
                                                  const Asked& asked);

// Signer.GetSignature.
void get_signature(const Parts& parts, const Call& call);

}  // namespace chancery::daemon
