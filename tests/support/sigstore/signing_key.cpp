#include "tests/support/sigstore/signing_key.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sodium.h>

#include "core/crypto/openssl.h"
#include "tests/support/generate_key.h"

namespace chancery::testing {
namespace {

// RFC 8032 5.1.6 for Ed25519ph, by libsodium's own interface: what our verifier is held to.
Bytes sign_ed25519_ph(EVP_PKEY* key, ByteView message) {
  Bytes seed(crypto_sign_SEEDBYTES);
  std::size_t length = seed.size();
  CHANCERY_ASSERT(EVP_PKEY_get_raw_private_key(key, seed.data(), &length) == 1);
  Bytes public_part(crypto_sign_PUBLICKEYBYTES);
  Bytes secret(crypto_sign_SECRETKEYBYTES);
  Bytes signature(crypto_sign_BYTES);
  crypto_sign_state state;
  crypto_sign_seed_keypair(public_part.data(), secret.data(), seed.data());
  crypto_sign_init(&state);
  crypto_sign_update(&state, message.data(), message.size());
  crypto_sign_final_create(&state, signature.data(), nullptr, secret.data());
  return signature;
}

}  // namespace

SigningKey::SigningKey(std::shared_ptr<EVP_PKEY> key, Algorithm algorithm)
    : key_(std::move(key)), algorithm_(algorithm) {}

SigningKey SigningKey::make(Algorithm algorithm) { return {generate_key(algorithm), algorithm}; }

PublicKey SigningKey::public_key() const {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key_.get(), &der);
  CHANCERY_ASSERT(length > 0);
  const Bytes spki(der, der + length);
  OPENSSL_free(der);
  return *PublicKey::from_spki(spki);
}

Bytes SigningKey::sign(Algorithm algorithm, ByteView message) const {
  if (algorithm == Algorithm::ed25519_ph) return sign_ed25519_ph(key_.get(), message);
  if (!takes_message(algorithm)) {
    return sign_digest(algorithm, digest(hash_of(algorithm), message).value);
  }
  Bytes signature(64);
  std::size_t length = signature.size();
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  CHANCERY_ASSERT(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
                  EVP_DigestSign(context.get(), signature.data(), &length, message.data(),
                                 message.size()) == 1);
  return signature;
}

Bytes SigningKey::sign_digest(Algorithm algorithm, ByteView digest) const {
  return sign_digest(algorithm, Digest{hash_of(algorithm), to_bytes(digest)});
}

Bytes SigningKey::sign_digest(Algorithm algorithm, const Digest& digest) const {
  const std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)> context(
      EVP_PKEY_CTX_new(key_.get(), nullptr), EVP_PKEY_CTX_free);
  std::size_t length = 0;
  CHANCERY_ASSERT(
      EVP_PKEY_sign_init(context.get()) == 1 &&
      EVP_PKEY_CTX_set_signature_md(context.get(), openssl::hash_function(digest.algorithm)) == 1);
  if (is_rsa(algorithm) && !is_deterministic(algorithm)) {
    CHANCERY_ASSERT(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1 &&
                    EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  CHANCERY_ASSERT(EVP_PKEY_sign(context.get(), nullptr, &length, digest.value.data(),
                                digest.value.size()) == 1);
  Bytes signature(length);
  CHANCERY_ASSERT(EVP_PKEY_sign(context.get(), signature.data(), &length, digest.value.data(),
                                digest.value.size()) == 1);
  signature.resize(length);
  return signature;
}

}  // namespace chancery::testing
