// Public keys and signatures in everybody's encodings, from the bare numbers that devices give.
#pragma once

#include "core/base/result.h"
#include "core/crypto/algorithm.h"

namespace chancery {

// DER SubjectPublicKeyInfo; numbers are big-endian, and leading zeros may be left out. `curve` is
// an ECDSA algorithm. Error (both): invalid_request PUBLIC_KEY_MALFORMED (no such point or
// modulus).
Result<Bytes> spki_of_point(Algorithm curve, ByteView x, ByteView y);
Result<Bytes> spki_of_modulus(ByteView modulus, std::uint32_t exponent);

// RFC 3279 2.2.3. Empty where libcrypto cannot.
Bytes ecdsa_der(ByteView r, ByteView s);

}  // namespace chancery
