// HMAC-SHA256 (RFC 2104). libcrypto does the work.
#pragma once

#include <initializer_list>

#include "core/crypto/digest.h"

namespace chancery {

// Over the concatenation of the parts.
Sha256 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

}  // namespace chancery
