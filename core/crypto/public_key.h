// A public key: parsed once, then checks signatures. Immutable; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/crypto/algorithm.h"
#include "core/crypto/digest.h"

struct evp_pkey_st;

namespace chancery {

class PublicKey {
 public:
  // DER SubjectPublicKeyInfo, no trailing bytes. P-256, P-384, P-521, RSA 2048 to 4096, Ed25519.
  // Errors (invalid_request): PUBLIC_KEY_MALFORMED, PUBLIC_KEY_UNSUPPORTED.
  static Result<PublicKey> from_spki(ByteView der);
  // DER RSAPublicKey (PKCS#1), as old CT log keys are written.
  static Result<PublicKey> from_pkcs1(ByteView der);
  // A key that OpenSSL has parsed already, with its SPKI; takes over the caller's reference.
  static Result<PublicKey> adopt(evp_pkey_st* key, Bytes spki);
  // One "PUBLIC KEY" PEM block.
  static Result<PublicKey> from_pem(std::string_view pem);

  const Bytes& spki() const { return spki_; }
  std::string pem() const;
  // What the key signs with unless told otherwise: its curve's hash; PKCS#1 v1.5 with SHA-256.
  Algorithm algorithm() const { return algorithm_; }
  // The 32 raw bytes of an Ed25519 key.
  Result<Bytes> ed25519_bytes() const;

  // Whether `signature` is `algorithm`'s signature over the digest. ECDSA: DER, strict.
  // Errors (invalid_request): ALGORITHM_MISMATCH (not this key's), DIGEST_LENGTH_WRONG,
  // SIGNATURE_INVALID.
  Result<void> verify_digest(Algorithm algorithm, ByteView digest, ByteView signature) const;
  // ECDSA under another hash than the curve's own: old clients signed with P-384 and P-521 so.
  // Errors: as above.
  Result<void> verify_ecdsa_digest(HashAlgorithm hash, ByteView digest, ByteView signature) const;
  // verify_digest over the message: hashed here, or given whole to pure Ed25519.
  Result<void> verify_message(Algorithm algorithm, ByteView message, ByteView signature) const;

  evp_pkey_st* borrow() const {
    return key_.get();
  }  // stays ours; for X.509 and CMS in this folder

 private:
  PublicKey(std::shared_ptr<evp_pkey_st> key, Algorithm algorithm, Bytes spki);
  static Result<PublicKey> make(std::shared_ptr<evp_pkey_st> key, Bytes spki);
  std::shared_ptr<evp_pkey_st> key_;
  Algorithm algorithm_;
  Bytes spki_;
};

// invalid_request PUBLIC_KEY_UNSUPPORTED: what `kind` it is ("DSA"), and which are taken.
Error unsupported_public_key(std::string_view kind);

// Whether a key of type `key` (its default algorithm) can sign as `algorithm`.
bool fits(Algorithm key, Algorithm algorithm);

}  // namespace chancery
