// One private key in one PKCS#8 PEM file.
#pragma once

#include <openssl/evp.h>

#include <memory>

#include "backends/secret.h"
#include "core/crypto/algorithm.h"

namespace chancery::software {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeKey>;

// `passphrase` may be null. `what` names the file in messages. Errors: invalid_request
// KEY_FILE_ENCRYPTED, PASSPHRASE_WRONG, KEY_FILE_UNSUPPORTED; corrupt KEY_FILE_DAMAGED.
Result<PrivateKey> decode_key(ByteView pem, const Secret* passphrase, std::string_view what);
// Encrypted where there is a passphrase. Error: internal KEY_ENCODING_FAILED.
Result<Secret> encode_key(EVP_PKEY* key, const Secret* passphrase);

// Error: internal KEY_GENERATION_FAILED.
Result<PrivateKey> generate_key(Algorithm algorithm);

}  // namespace chancery::software
