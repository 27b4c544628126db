// The seed of a credential, which the verifier has and one endorsement key finds out.
#pragma once

#include "core/crypto/public_key.h"

namespace chancery::tpm2 {

struct SharedSeed {
  Bytes seed;       // 32 bytes
  Bytes encrypted;  // what of it the TPM is told: the content of TPM2B_ENCRYPTED_SECRET
};

// Whether share_seed() takes it.
bool takes_credentials(const PublicKey& endorsement_key);
// unsupported ENDORSEMENT_KEY_UNSUPPORTED: `what` is of a kind that it does not take.
Error unknown_kind(const PublicKey& endorsement_key, std::string_view what);

// RSA-2048 (Part 1, B.10.4): `random` is the seed, encrypted. P-256 (Part 1, C.6.4): it follows
// from a key pair that libcrypto makes. Errors: unsupported ENDORSEMENT_KEY_UNSUPPORTED; internal
// CREDENTIAL_FAILED.
Result<SharedSeed> share_seed(const PublicKey& endorsement_key, ByteView random);

}  // namespace chancery::tpm2
