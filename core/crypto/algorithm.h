// The signature algorithms, by Sigstore's names (PublicKeyDetails), and what each fixes.
#pragma once

#include <optional>
#include <string_view>

#include "core/base/bytes.h"

namespace chancery {

enum class HashAlgorithm { sha256, sha384, sha512 };

std::size_t digest_bytes(HashAlgorithm hash);           // 32, 48, 64
std::string_view name_of(HashAlgorithm hash);           // "sha256": in-toto, our API, people
std::string_view sigstore_name_of(HashAlgorithm hash);  // "SHA2_256": bundles and logs
std::optional<HashAlgorithm> hash_named(std::string_view name);          // "sha256"
std::optional<HashAlgorithm> hash_with_sigstore_name(std::string_view);  // "SHA2_256"

// Fixes key type, size, padding and hash: a key signs one way only.
enum class Algorithm {
  ecdsa_p256_sha256,
  ecdsa_p384_sha384,
  ecdsa_p521_sha512,
  rsa_pkcs1v15_2048_sha256,
  rsa_pkcs1v15_3072_sha256,
  rsa_pkcs1v15_4096_sha256,
  rsa_pss_2048_sha256,
  rsa_pss_3072_sha256,
  rsa_pss_4096_sha256,
  ed25519,     // pure: over the message itself; logs refuse it for entries, checkpoints use it
  ed25519_ph,  // over SHA-512
};

// "ecdsa-p256-sha256": configuration, command line, API.
std::string_view name_of(Algorithm algorithm);
std::optional<Algorithm> algorithm_named(std::string_view name);
// "PKIX_ECDSA_P256_SHA_256": bundles, trusted roots, logs (Sigstore's algorithm registry).
std::string_view key_details_of(Algorithm algorithm);
std::optional<Algorithm> algorithm_with_key_details(std::string_view key_details);

HashAlgorithm hash_of(Algorithm algorithm);  // pure Ed25519 answers sha512, its inner hash
bool takes_message(Algorithm algorithm);     // signs the message, not a digest: pure Ed25519
bool is_deterministic(Algorithm algorithm);  // the same input gives the same signature
bool is_rsa(Algorithm algorithm);
unsigned rsa_bits(Algorithm algorithm);  // 0 where not RSA
// Whether Rekor v2 takes entries of it: not pure Ed25519, not PSS (sigstore.md b.1).
bool is_loggable(Algorithm algorithm);

}  // namespace chancery
