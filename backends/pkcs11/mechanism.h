// How each algorithm is said in PKCS#11.
#pragma once

#include <p11-kit/pkcs11.h>

#include "core/base/result.h"
#include "core/crypto/algorithm.h"

namespace chancery::pkcs11 {

// Whether keys of a token can sign so: not Ed25519ph, whose hashing tokens disagree about.
bool is_supported(Algorithm algorithm);

// The mechanism over what token_input() makes: never one that hashes, for we have the digest, and
// SoftHSM has none for ECDSA. Needs is_supported().
CK_MECHANISM_TYPE mechanism_of(Algorithm algorithm);
CK_MECHANISM_TYPE generation_mechanism_of(Algorithm algorithm);

// The mechanism with its parameters; stays where it is while a call uses it.
class Mechanism {
 public:
  explicit Mechanism(Algorithm algorithm);
  Mechanism(const Mechanism&) = delete;
  Mechanism& operator=(const Mechanism&) = delete;
  CK_MECHANISM* pointer() { return &mechanism_; }

 private:
  CK_RSA_PKCS_PSS_PARAMS pss_{};
  CK_MECHANISM mechanism_{};
};

// Tokens take digests of any length. Error: invalid_request DIGEST_LENGTH_WRONG.
Result<Bytes> token_input(Algorithm algorithm, ByteView input);
// A token's r and s, side by side, become DER. Error: internal SIGNING_FAILED.
Result<Bytes> contract_signature(Algorithm algorithm, Bytes from_token);

}  // namespace chancery::pkcs11
