#include "backends/software/signer.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "core/crypto/openssl.h"
#include "core/crypto/public_key.h"

namespace chancery::software {
namespace {

Result<Bytes> spki_of(EVP_PKEY* key, std::string_view what) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) {
    ERR_clear_error();
    return corrupt("KEY_FILE_DAMAGED", fmt::format("{} has no public key", what));
  }
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

Error failed(const KeyInfo& key) {
  ERR_clear_error();
  return internal("SIGNING_FAILED", fmt::format("libcrypto cannot sign with \"{}\"", key.name));
}

}  // namespace

Signer::Signer(KeyInfo info, PrivateKey key) : info_(std::move(info)), key_(std::move(key)) {}

Result<Signer> Signer::create(std::string name, PrivateKey key, std::string_view what) {
  Bytes spki = TRY(spki_of(key.get(), what));
  const Result<PublicKey> public_key = PublicKey::from_spki(spki);
  if (!public_key.ok()) {
    return invalid_request("KEY_FILE_UNSUPPORTED",
                           fmt::format("{}: {}", what, public_key.error().message));
  }
  const Algorithm algorithm = public_key->algorithm();
  Signer signer({std::move(name), algorithm, std::move(spki)}, std::move(key));
  const Bytes message(digest_bytes(hash_of(algorithm)), 0x5a);
  const Result<Bytes> signature = signer.sign(message);
  const bool sound =
      signature.ok() &&
      (takes_message(algorithm) ? public_key->verify_message(algorithm, message, *signature).ok()
                                : public_key->verify_digest(algorithm, message, *signature).ok());
  if (!sound) {
    return corrupt("KEY_FILE_DAMAGED",
                   fmt::format("{} is damaged: its private and public parts do not match", what));
  }
  return signer;
}

Result<Signer> Signer::copy() const {
  PrivateKey key(EVP_PKEY_dup(key_.get()));
  if (key == nullptr) return failed(info_);
  return Signer(info_, std::move(key));
}

Result<Bytes> Signer::sign(ByteView input) {
  if (takes_message(info_.algorithm)) return sign_message(input);
  const std::size_t wanted = digest_bytes(hash_of(info_.algorithm));
  if (input.size() != wanted) {
    return invalid_request("DIGEST_LENGTH_WRONG",
                           fmt::format("{} takes a digest of {} bytes, not {}",
                                       name_of(info_.algorithm), wanted, input.size()));
  }
  return sign_digest(input);
}

Result<Bytes> Signer::sign_digest(ByteView digest) {
  if (digest_context_ == nullptr) {
    digest_context_.reset(EVP_PKEY_CTX_new(key_.get(), nullptr));
    EVP_PKEY_CTX* context = digest_context_.get();
    if (context == nullptr || EVP_PKEY_sign_init(context) != 1 ||
        (is_rsa(info_.algorithm) &&
         EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1) ||
        EVP_PKEY_CTX_set_signature_md(context, openssl::hash_function(hash_of(info_.algorithm))) !=
            1) {
      digest_context_.reset();
      return failed(info_);
    }
  }
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
  Bytes signature(size);
  if (EVP_PKEY_sign(digest_context_.get(), signature.data(), &size, digest.data(), digest.size()) !=
      1) {
    return failed(info_);
  }
  signature.resize(size);
  return signature;
}

Result<Bytes> Signer::sign_message(ByteView message) {
  if (message_context_ == nullptr) message_context_.reset(EVP_MD_CTX_new());
  EVP_MD_CTX* context = message_context_.get();
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
  Bytes signature(size);
  // One-shot: a context signs once and is then made ready again.
  if (context == nullptr || EVP_MD_CTX_reset(context) != 1 ||
      EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context, signature.data(), &size, message.data(), message.size()) != 1) {
    return failed(info_);
  }
  signature.resize(size);
  return signature;
}

}  // namespace chancery::software
