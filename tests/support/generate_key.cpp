#include "tests/support/generate_key.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "core/base/result.h"

namespace chancery::testing {
namespace {

EVP_PKEY* generate(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::ecdsa_p256_sha256:
      return EVP_EC_gen("P-256");
    case Algorithm::ecdsa_p384_sha384:
      return EVP_EC_gen("P-384");
    case Algorithm::ecdsa_p521_sha512:
      return EVP_EC_gen("P-521");
    case Algorithm::ed25519:
    case Algorithm::ed25519_ph:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    default:
      return EVP_RSA_gen(rsa_bits(algorithm));
  }
}

}  // namespace

std::shared_ptr<EVP_PKEY> generate_key(Algorithm algorithm) {
  std::shared_ptr<EVP_PKEY> key(generate(algorithm), EVP_PKEY_free);
  CHANCERY_ASSERT(key != nullptr);
  return key;
}

}  // namespace chancery::testing
