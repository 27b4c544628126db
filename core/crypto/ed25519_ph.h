// Ed25519ph (RFC 8032 5.1) by libsodium: OpenSSL 3.0 lacks it.
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace chancery {

// `key`: 32 bytes; `sha512_digest`: 64 bytes; `signature`: 64 bytes.
// Errors (invalid_request): SIGNATURE_INVALID.
Result<void> verify_ed25519_ph(ByteView key, ByteView sha512_digest, ByteView signature);

}  // namespace chancery
