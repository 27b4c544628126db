// RFC 3161 requests: to have these bytes' existence vouched for.
#pragma once

#include "core/crypto/digest.h"

namespace chancery {

// A TimeStampReq over `imprint`, DER. The nonce is a positive number, big-endian, that must come
// back; certificates are not asked for: whoever verifies knows the authority's.
Bytes timestamp_query(const Digest& imprint, ByteView nonce);

}  // namespace chancery
