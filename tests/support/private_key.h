// A private key in the test's own process.
#pragma once

#include <memory>

#include "core/crypto/algorithm.h"
#include "core/crypto/digest.h"

struct evp_pkey_st;

namespace chancery::testing {

// Immutable once made; any thread. Failures end the test program.
class PrivateKey {
 public:
  static PrivateKey make(Algorithm algorithm);

  Algorithm algorithm() const { return algorithm_; }
  const Bytes& spki() const { return spki_; }
  // As KeyBackend::sign: over a digest, or the message itself where takes_message(algorithm).
  Bytes sign(ByteView input) const;
  // Over the message whatever the algorithm.
  Bytes sign_message(ByteView message) const;

 private:
  PrivateKey(std::shared_ptr<evp_pkey_st> key, Algorithm algorithm);
  std::shared_ptr<evp_pkey_st> key_;
  Algorithm algorithm_;
  Bytes spki_;
};

}  // namespace chancery::testing
