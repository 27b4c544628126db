#include "core/crypto/tpm/verify_certify.h"

#include <fmt/format.h>

#include "core/base/encoding.h"
#include "core/crypto/tpm/endorsement_certificate.h"
#include "core/crypto/tpm/structures.h"

namespace chancery::tpm2 {
namespace {

constexpr std::uint32_t born_here =
    attribute::fixed_tpm | attribute::fixed_parent | attribute::sensitive_data_origin;

Result<ByteView> require(const KeyAttestation& attestation, std::string_view name) {
  if (const Bytes* content = attestation.find(name)) return ByteView(*content);
  return invalid_request("ATTESTATION_MALFORMED",
                         fmt::format("attestation: it has no part \"{}\"", name));
}

// A key that signs what comes from outside could have signed this too, and one that was made
// outside could be anywhere.
Result<void> check_signer(const PublicArea& signer, const Expectation& expected) {
  if (!expected.attestation_key_name.empty() &&
      !equal(expected.attestation_key_name, signer.name)) {
    return invalid_request(
        "ATTESTATION_SIGNER_UNKNOWN",
        fmt::format("the attestation key is {}, expected is {}", hex_encode(signer.name),
                    hex_encode(expected.attestation_key_name)));
  }
  const bool attests_only = signer.has(attribute::restricted | attribute::sign) &&
                            (signer.attributes & attribute::decrypt) == 0;
  if (attests_only && signer.has(born_here)) return {};
  return invalid_request("ATTESTATION_SIGNER_UNFIT",
                         fmt::format("the attestation key's attributes are 0x{:08x}: it must be "
                                     "restricted, for signing alone, and born in its TPM",
                                     signer.attributes));
}

Result<void> check_signature(const PublicArea& signer, ByteView statement, ByteView encoded) {
  const Signature signature = TRY(parse_signature(encoded));
  const Algorithm algorithm = signer.key.algorithm();
  const Bytes value = digest(signature.hash, statement).value;
  const bool fits_key = signature.is_rsa == is_rsa(algorithm) &&
                        (!signature.is_rsa || signature.hash == hash_of(algorithm));
  const bool verified =
      fits_key &&
      (signature.is_rsa ? signer.key.verify_digest(algorithm, value, signature.value)
                        : signer.key.verify_ecdsa_digest(signature.hash, value, signature.value))
          .ok();
  if (verified) return {};
  return invalid_request("ATTESTATION_SIGNATURE_INVALID",
                         "the attestation key did not sign this statement");
}

Result<void> check_statement(const CertifyStatement& statement, const PublicArea& key,
                             const Expectation& expected) {
  if (!equal(statement.extra_data, expected.challenge)) {
    return invalid_request(
        "ATTESTATION_CHALLENGE_MISMATCH",
        fmt::format("the statement answers the challenge {}, expected is {}",
                    hex_encode(statement.extra_data), hex_encode(expected.challenge)));
  }
  if (equal(statement.certified_name, key.name)) return {};
  return invalid_request("ATTESTATION_NAME_MISMATCH",
                         fmt::format("the statement is about the key {}, not {}",
                                     hex_encode(statement.certified_name), hex_encode(key.name)));
}

Result<void> check_key(const PublicArea& key, const Expectation& expected) {
  if (!equal(key.key.spki(), expected.spki)) {
    return invalid_request("ATTESTATION_KEY_MISMATCH",
                           "the attestation is about another key than the expected one");
  }
  if (key.has(born_here)) return {};
  return invalid_request("KEY_NOT_BORN_IN_TPM",
                         fmt::format("the key's attributes are 0x{:08x}: it came from outside, or "
                                     "can be moved out",
                                     key.attributes));
}

}  // namespace

Result<Verdict> verify_certify(const KeyAttestation& attestation, const Expectation& expected) {
  if (attestation.format != certify_format) {
    return invalid_request("ATTESTATION_FORMAT_UNKNOWN",
                           fmt::format("attestation: the format is not {}", certify_format));
  }
  const ByteView encoded = TRY(require(attestation, part::statement));
  const ByteView signature = TRY(require(attestation, part::signature));
  const ByteView encoded_key = TRY(require(attestation, part::key));
  const ByteView encoded_signer = TRY(require(attestation, part::attestation_key));
  const CertifyStatement statement = TRY(parse_certify_statement(encoded));
  const PublicArea key = TRY(parse_public_area(encoded_key));
  const PublicArea signer = TRY(parse_public_area(encoded_signer));

  TRY(check_signer(signer, expected));
  TRY(check_signature(signer, encoded, signature));
  TRY(check_statement(statement, key, expected));
  TRY(check_key(key, expected));
  Verdict verdict{signer.name, statement.firmware_version, std::nullopt};
  if (!expected.anchors.empty()) {
    verdict.endorsement = TRY(find_endorsement(attestation, expected.anchors, EndorsementKey::any));
  }
  return verdict;
}

}  // namespace chancery::tpm2
