#include "core/crypto/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/result.h"

namespace chancery {

Sha256 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
  Bytes message;
  for (const ByteView part : parts) append(message, part);
  Sha256 out{};
  unsigned size = out.size();
  CHANCERY_ASSERT(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(),
                       message.size(), out.data(), &size) != nullptr);
  return out;
}

}  // namespace chancery
