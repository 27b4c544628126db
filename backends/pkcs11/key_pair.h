// Keys that are born in the token and never leave it.
#pragma once

#include "backends/pkcs11/objects.h"
#include "core/crypto/algorithm.h"

namespace chancery::pkcs11 {

// Sensitive and never extractable, under the label `name` and a random id. Needs a read-write
// session. Errors: unsupported ALGORITHM_UNSUPPORTED; exhausted DEVICE_FULL; outcome_unknown
// KEY_MAKING_IN_DOUBT (list the keys).
Result<void> make_key_pair(const View& view, std::string_view name, Algorithm algorithm);

// The private key first, for with it the key is gone. Needs a read-write session. Errors: denied
// KEY_PROTECTED; outcome_unknown KEY_REMOVAL_IN_DOUBT.
Result<void> destroy_key_pair(const View& view, CK_OBJECT_HANDLE private_key);

}  // namespace chancery::pkcs11
