// A secret that one TPM alone can read, and only while it holds a certain key: TPM2_MakeCredential.
#pragma once

#include "core/crypto/public_key.h"

namespace chancery::tpm2 {

// How the file of tpm2_makecredential begins; TPM2B_ID_OBJECT and TPM2B_ENCRYPTED_SECRET follow.
inline constexpr std::uint32_t credential_magic = 0xbadcc0de;
inline constexpr std::uint32_t credential_version = 1;
// Of what is hidden: as long as the digest of a name, SHA-256.
inline constexpr std::size_t credential_secret_bytes_max = 32;
inline constexpr std::size_t credential_seed_bytes = 32;

// Part 1, 24: the secret, encrypted to the endorsement key (RSA-2048 or P-256 of the standard
// templates: SHA-256 and AES-128) under the name of the key that has to lie beside it, in the
// format of tpm2-tools. `random` is never used twice; libcrypto adds random bytes of its own.
// Errors: those of share_seed().
Result<Bytes> make_credential(const PublicKey& endorsement_key, ByteView name, ByteView secret,
                              ByteView random);

}  // namespace chancery::tpm2
