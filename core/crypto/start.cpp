#include "core/crypto/start.h"

#include <openssl/crypto.h>

#include "core/base/result.h"

namespace chancery {

void start_without_configuration() {
  CHANCERY_ASSERT(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
                                          OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
                                          OPENSSL_INIT_NO_ATEXIT,
                                      nullptr) == 1);
}

}  // namespace chancery
