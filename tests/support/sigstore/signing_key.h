// A private key in the test's memory, so that a test can sign anything, rightly or wrongly.
#pragma once

#include <memory>

#include "core/crypto/public_key.h"

namespace chancery::testing {

class SigningKey {
 public:
  static SigningKey make(Algorithm algorithm);

  Algorithm algorithm() const { return algorithm_; }
  PublicKey public_key() const;
  // Over the message, under the key's algorithm or another one that fits it.
  Bytes sign(ByteView message) const { return sign(algorithm_, message); }
  Bytes sign(Algorithm algorithm, ByteView message) const;
  // Not for Ed25519, whichever.
  Bytes sign_digest(Algorithm algorithm, ByteView digest) const;
  // Under another hash than the algorithm's own.
  Bytes sign_digest(Algorithm algorithm, const Digest& digest) const;

  evp_pkey_st* borrow() const { return key_.get(); }

 private:
  SigningKey(std::shared_ptr<evp_pkey_st> key, Algorithm algorithm);
  std::shared_ptr<evp_pkey_st> key_;
  Algorithm algorithm_;
};

}  // namespace chancery::testing
