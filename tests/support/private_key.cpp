#include "tests/support/private_key.h"

#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "core/base/result.h"
#include "core/crypto/openssl.h"
#include "tests/support/generate_key.h"

namespace chancery::testing {
namespace {

Bytes sign_whole_message(EVP_PKEY* key, ByteView message) {
  const openssl::Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  CHANCERY_ASSERT(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) == 1);
  std::size_t length = 64;
  Bytes signature(length);
  CHANCERY_ASSERT(EVP_DigestSign(context.get(), signature.data(), &length, message.data(),
                                 message.size()) == 1);
  return signature;
}

}  // namespace

PrivateKey::PrivateKey(std::shared_ptr<EVP_PKEY> key, Algorithm algorithm)
    : key_(std::move(key)), algorithm_(algorithm) {
  const int length = i2d_PUBKEY(key_.get(), nullptr);
  CHANCERY_ASSERT(length > 0);
  spki_.resize(static_cast<std::size_t>(length));
  unsigned char* out = spki_.data();
  CHANCERY_ASSERT(i2d_PUBKEY(key_.get(), &out) == length);
}

PrivateKey PrivateKey::make(Algorithm algorithm) { return {generate_key(algorithm), algorithm}; }

Bytes PrivateKey::sign(ByteView input) const {
  if (takes_message(algorithm_)) return sign_whole_message(key_.get(), input);
  const openssl::Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
      EVP_PKEY_CTX_new(key_.get(), nullptr));
  CHANCERY_ASSERT(EVP_PKEY_sign_init(context.get()) == 1);
  CHANCERY_ASSERT(EVP_PKEY_CTX_set_signature_md(context.get(),
                                                openssl::hash_function(hash_of(algorithm_))) == 1);
  const bool is_pss = is_rsa(algorithm_) && !is_deterministic(algorithm_);
  if (is_pss) {
    CHANCERY_ASSERT(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1);
    CHANCERY_ASSERT(EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  std::size_t length = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
  Bytes signature(length);
  CHANCERY_ASSERT(
      EVP_PKEY_sign(context.get(), signature.data(), &length, input.data(), input.size()) == 1);
  signature.resize(length);
  return signature;
}

Bytes PrivateKey::sign_message(ByteView message) const {
  if (takes_message(algorithm_)) return sign(message);
  return sign(digest(hash_of(algorithm_), message).value);
}

}  // namespace chancery::testing
