// What a TPM 2.0 says about keys, read strictly: TPM 2.0 Part 2, big-endian, no trailing bytes.
#pragma once

#include "core/crypto/attestation.h"
#include "core/crypto/public_key.h"

namespace chancery::tpm2 {

// The parts of a KeyAttestation of this format, as the TPM marshals them.
inline constexpr std::string_view certify_format = "tpm2-certify";
namespace part {
inline constexpr std::string_view statement = "statement";              // TPMS_ATTEST
inline constexpr std::string_view signature = "signature";              // TPMT_SIGNATURE
inline constexpr std::string_view key = "key";                          // TPMT_PUBLIC
inline constexpr std::string_view attestation_key = "attestation-key";  // TPMT_PUBLIC
}  // namespace part

// Part 2, 8.3: TPMA_OBJECT.
namespace attribute {
inline constexpr std::uint32_t fixed_tpm = 1U << 1;
inline constexpr std::uint32_t fixed_parent = 1U << 4;
inline constexpr std::uint32_t sensitive_data_origin = 1U << 5;
inline constexpr std::uint32_t restricted = 1U << 16;
inline constexpr std::uint32_t decrypt = 1U << 17;
inline constexpr std::uint32_t sign = 1U << 18;
}  // namespace attribute

// The public area of a signing key, TPMT_PUBLIC: RSA or ECDSA, nothing symmetric about it.
struct PublicArea {
  std::uint32_t attributes = 0;
  Bytes name;  // Part 1, 16: nameAlg, then the hash of the whole area: the key's only fingerprint
  PublicKey key;

  bool has(std::uint32_t wanted) const { return (attributes & wanted) == wanted; }
};
// Errors (invalid_request): ATTESTATION_MALFORMED; those of PublicKey::from_spki.
Result<PublicArea> parse_public_area(ByteView bytes);

// TPMS_ATTEST about a key: TPM2_Certify made it.
struct CertifyStatement {
  Bytes extra_data;      // what the verifier asked to have in it
  Bytes certified_name;  // of the key that it is about
  std::uint32_t reset_count = 0;
  std::uint64_t firmware_version = 0;
};
// Errors (invalid_request): ATTESTATION_NOT_BY_TPM (no TPM would have signed it as its own word),
// ATTESTATION_OF_ANOTHER_KIND (a quote, a time, ...), ATTESTATION_MALFORMED.
Result<CertifyStatement> parse_certify_statement(ByteView bytes);

// TPMT_SIGNATURE as PublicKey takes it.
struct Signature {
  HashAlgorithm hash = HashAlgorithm::sha256;
  bool is_rsa = false;
  Bytes value;  // ECDSA in DER, RSA (PKCS#1 v1.5) raw
};
// Error (invalid_request): ATTESTATION_MALFORMED.
Result<Signature> parse_signature(ByteView bytes);

}  // namespace chancery::tpm2
