// Ed25519ph (RFC 8032 5.1) by libsodium: OpenSSL 3.0 lacks it.
#pragma once

#include "core/base/bytes.h"

namespace chancery {

// Whether it is `key`'s (32 bytes) signature (64 bytes) over this digest (64 bytes).
bool verifies_ed25519_ph(ByteView key, ByteView sha512_digest, ByteView signature);

}  // namespace chancery
