// A private key ready to sign: its contexts are set up once.
#pragma once

#include "backends/key_backend.h"
#include "backends/software/key_file.h"

namespace chancery::software {

struct FreeContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// One thread.
class Signer {
 public:
  // The algorithm follows from the key: PKCS#1 v1.5 with SHA-256 for RSA. Signs once and checks it,
  // because a file damaged within its numbers loads well. Errors: invalid_request
  // KEY_FILE_UNSUPPORTED; corrupt KEY_FILE_DAMAGED.
  static Result<Signer> create(std::string name, PrivateKey key, std::string_view what);
  // Another one with a copy of the same key, for another thread.
  Result<Signer> copy() const;

  const KeyInfo& info() const { return info_; }
  // Errors: invalid_request DIGEST_LENGTH_WRONG; internal SIGNING_FAILED.
  Result<Bytes> sign(ByteView input);

 private:
  Signer(KeyInfo info, PrivateKey key);
  Result<Bytes> sign_digest(ByteView digest);
  Result<Bytes> sign_message(ByteView message);

  KeyInfo info_;
  PrivateKey key_;
  std::unique_ptr<EVP_PKEY_CTX, FreeContext> digest_context_;
  std::unique_ptr<EVP_MD_CTX, FreeContext> message_context_;
};

}  // namespace chancery::software
