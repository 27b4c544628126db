#include "core/crypto/start.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "core/base/result.h"
#include "core/crypto/few_algorithms.h"

namespace chancery {
namespace {

bool start() {
  CHANCERY_ASSERT(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
                                          OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
                                          OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
                                          OPENSSL_INIT_NO_ADD_ALL_DIGESTS | OPENSSL_INIT_NO_ATEXIT,
                                      nullptr) == 1);
  // X.509 and PKCS#7 look a digest up here before they fetch it.
  for (const EVP_MD* digest : {EVP_sha1(), EVP_sha256(), EVP_sha384(), EVP_sha512()}) {
    CHANCERY_ASSERT(EVP_add_digest(digest) == 1);
  }
  openssl::offer_few_algorithms();
  return true;
}

}  // namespace

void start_for_verifying() {
  static const bool is_started = start();
  CHANCERY_ASSERT(is_started);
}

}  // namespace chancery
