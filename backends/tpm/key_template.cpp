#include "backends/tpm/key_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/bytes.h"

namespace chancery::tpm {
namespace {

TPM2_ALG_ID tpm_hash(HashAlgorithm hash) {
  switch (hash) {
    case HashAlgorithm::sha256:
      return TPM2_ALG_SHA256;
    case HashAlgorithm::sha384:
      return TPM2_ALG_SHA384;
    case HashAlgorithm::sha512:
      return TPM2_ALG_SHA512;
  }
  return TPM2_ALG_NULL;
}

TPM2_ECC_CURVE curve_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::ecdsa_p256_sha256:
      return TPM2_ECC_NIST_P256;
    case Algorithm::ecdsa_p384_sha384:
      return TPM2_ECC_NIST_P384;
    default:
      return TPM2_ECC_NIST_P521;
  }
}

std::optional<Algorithm> of_curve(TPM2_ECC_CURVE curve) {
  switch (curve) {
    case TPM2_ECC_NIST_P256:
      return Algorithm::ecdsa_p256_sha256;
    case TPM2_ECC_NIST_P384:
      return Algorithm::ecdsa_p384_sha384;
    case TPM2_ECC_NIST_P521:
      return Algorithm::ecdsa_p521_sha512;
    default:
      return std::nullopt;
  }
}

std::optional<Algorithm> of_size(TPMI_RSA_KEY_BITS bits) {
  switch (bits) {
    case 2048:
      return Algorithm::rsa_pkcs1v15_2048_sha256;
    case 3072:
      return Algorithm::rsa_pkcs1v15_3072_sha256;
    case 4096:
      return Algorithm::rsa_pkcs1v15_4096_sha256;
    default:
      return std::nullopt;
  }
}

// Whether a key's scheme, where it has one, is ours; schemes begin with their hash alike.
template <typename Scheme>
bool allows(const Scheme& scheme, TPM2_ALG_ID wanted, Algorithm algorithm) {
  if (scheme.scheme == TPM2_ALG_NULL) return true;
  return scheme.scheme == wanted && scheme.details.anySig.hashAlg == tpm_hash(hash_of(algorithm));
}

std::optional<Algorithm> find_algorithm(const TPMT_PUBLIC& key) {
  if (key.type == TPM2_ALG_ECC) {
    const auto algorithm = of_curve(key.parameters.eccDetail.curveID);
    const bool fits =
        algorithm && allows(key.parameters.eccDetail.scheme, TPM2_ALG_ECDSA, *algorithm);
    return fits ? algorithm : std::nullopt;
  }
  if (key.type == TPM2_ALG_RSA) {
    const auto algorithm = of_size(key.parameters.rsaDetail.keyBits);
    const bool fits =
        algorithm && allows(key.parameters.rsaDetail.scheme, TPM2_ALG_RSASSA, *algorithm);
    return fits ? algorithm : std::nullopt;
  }
  return std::nullopt;
}

// What both endorsement keys have alike.
TPMT_PUBLIC endorsement_key_frame() {
  // TCG EK Credential Profile B.6.2: PolicySecret of the endorsement hierarchy.
  constexpr std::array<std::uint8_t, 32> policy{0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8,
                                                0x1a, 0x90, 0xcc, 0x8d, 0x46, 0xa5, 0xd7, 0x24,
                                                0xfd, 0x52, 0xd7, 0x6e, 0x06, 0x52, 0x0b, 0x64,
                                                0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa};
  TPMT_PUBLIC key{};
  key.nameAlg = TPM2_ALG_SHA256;
  key.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                         TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_ADMINWITHPOLICY |
                         TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT;
  key.authPolicy.size = policy.size();
  std::ranges::copy(policy, key.authPolicy.buffer);
  return key;
}

template <typename Parameters>
void set_up_storage(Parameters& parameters) {
  parameters.symmetric.algorithm = TPM2_ALG_AES;
  parameters.symmetric.keyBits.aes = 128;
  parameters.symmetric.mode.aes = TPM2_ALG_CFB;
  parameters.scheme.scheme = TPM2_ALG_NULL;
}

}  // namespace

TPM2B_PUBLIC storage_key_template() {
  TPM2B_PUBLIC out{};
  TPMT_PUBLIC& key = out.publicArea;
  key.type = TPM2_ALG_ECC;
  key.nameAlg = TPM2_ALG_SHA256;
  key.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                         TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
                         TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT;
  TPMS_ECC_PARMS& parameters = key.parameters.eccDetail;
  set_up_storage(parameters);
  parameters.curveID = TPM2_ECC_NIST_P256;
  parameters.kdf.scheme = TPM2_ALG_NULL;
  return out;
}

TPM2B_PUBLIC attestation_key_template() {
  TPM2B_PUBLIC out =
      signing_key_template(Algorithm::ecdsa_p256_sha256, {.policy = {}, .guards_guessing = false});
  out.publicArea.objectAttributes |= TPMA_OBJECT_RESTRICTED;
  return out;
}

TPM2B_PUBLIC rsa_endorsement_key_template() {
  TPM2B_PUBLIC out{0, endorsement_key_frame()};
  out.publicArea.type = TPM2_ALG_RSA;
  TPMS_RSA_PARMS& parameters = out.publicArea.parameters.rsaDetail;
  set_up_storage(parameters);
  parameters.keyBits = 2048;
  out.publicArea.unique.rsa.size = 256;  // of zeros
  return out;
}

TPM2B_PUBLIC p256_endorsement_key_template() {
  TPM2B_PUBLIC out{0, endorsement_key_frame()};
  out.publicArea.type = TPM2_ALG_ECC;
  TPMS_ECC_PARMS& parameters = out.publicArea.parameters.eccDetail;
  set_up_storage(parameters);
  parameters.curveID = TPM2_ECC_NIST_P256;
  parameters.kdf.scheme = TPM2_ALG_NULL;
  out.publicArea.unique.ecc.x.size = out.publicArea.unique.ecc.y.size = 32;  // of zeros
  return out;
}

TPM2B_PUBLIC signing_key_template(Algorithm algorithm, const KeyRules& rules) {
  TPM2B_PUBLIC out{};
  TPMT_PUBLIC& key = out.publicArea;
  key.nameAlg = TPM2_ALG_SHA256;
  key.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                         TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_SIGN_ENCRYPT;
  if (!rules.guards_guessing) key.objectAttributes |= TPMA_OBJECT_NODA;
  if (rules.policy.size == 0) key.objectAttributes |= TPMA_OBJECT_USERWITHAUTH;
  key.authPolicy = rules.policy;
  const TPM2_ALG_ID hash = tpm_hash(hash_of(algorithm));
  if (is_rsa(algorithm)) {
    key.type = TPM2_ALG_RSA;
    TPMS_RSA_PARMS& parameters = key.parameters.rsaDetail;
    parameters.symmetric.algorithm = TPM2_ALG_NULL;
    parameters.scheme.scheme = TPM2_ALG_RSASSA;
    parameters.scheme.details.rsassa.hashAlg = hash;
    parameters.keyBits = static_cast<TPMI_RSA_KEY_BITS>(rsa_bits(algorithm));
    return out;
  }
  key.type = TPM2_ALG_ECC;
  TPMS_ECC_PARMS& parameters = key.parameters.eccDetail;
  parameters.symmetric.algorithm = TPM2_ALG_NULL;
  parameters.scheme.scheme = TPM2_ALG_ECDSA;
  parameters.scheme.details.ecdsa.hashAlg = hash;
  parameters.curveID = curve_of(algorithm);
  parameters.kdf.scheme = TPM2_ALG_NULL;
  return out;
}

Result<Algorithm> algorithm_of(const TPMT_PUBLIC& key, std::string_view what) {
  const bool signs_anything = (key.objectAttributes & TPMA_OBJECT_SIGN_ENCRYPT) != 0 &&
                              (key.objectAttributes & TPMA_OBJECT_RESTRICTED) == 0;
  const std::optional<Algorithm> algorithm = find_algorithm(key);
  if (signs_anything && algorithm) return *algorithm;
  return invalid_request("KEY_FILE_UNSUPPORTED",
                         fmt::format("{} is not a signing key for ECDSA (P-256, P-384, P-521) or "
                                     "RSA with PKCS#1 v1.5 and SHA-256",
                                     what));
}

TPMT_SIG_SCHEME scheme_of(Algorithm algorithm) {
  TPMT_SIG_SCHEME scheme{};
  scheme.scheme = is_rsa(algorithm) ? TPM2_ALG_RSASSA : TPM2_ALG_ECDSA;
  scheme.details.any.hashAlg = tpm_hash(hash_of(algorithm));
  return scheme;
}

TPML_PCR_SELECTION selection_of(const std::vector<unsigned>& pcrs) {
  TPML_PCR_SELECTION out{};
  out.count = 1;
  TPMS_PCR_SELECTION& bank = out.pcrSelections[0];
  bank.hash = TPM2_ALG_SHA256;
  bank.sizeofSelect = 3;
  for (const unsigned pcr : pcrs) {
    bank.pcrSelect[pcr / 8] = static_cast<BYTE>(bank.pcrSelect[pcr / 8] | (1U << (pcr % 8)));
  }
  return out;
}

}  // namespace chancery::tpm
