// The public key of a private key object.
#pragma once

#include "backends/pkcs11/objects.h"

namespace chancery::pkcs11 {

// DER SubjectPublicKeyInfo, from the private object itself or from the public object with the same
// id. Errors: invalid_request KEY_UNSUPPORTED; unavailable TOKEN_FAILED.
Result<Bytes> public_part(const View& view, CK_OBJECT_HANDLE private_key);

}  // namespace chancery::pkcs11
