#include "backends/tpm/encoding.h"

#include <fmt/format.h>

#include "core/crypto/key_numbers.h"

namespace chancery::tpm {
namespace {

constexpr std::uint32_t default_exponent = 65537;  // where the TPM says 0

ByteView view_of(const TPM2B_ECC_PARAMETER& number) { return {number.buffer, number.size}; }

Algorithm curve_named(TPM2_ECC_CURVE curve) {
  switch (curve) {
    case TPM2_ECC_NIST_P256:
      return Algorithm::ecdsa_p256_sha256;
    case TPM2_ECC_NIST_P384:
      return Algorithm::ecdsa_p384_sha384;
    default:
      return Algorithm::ecdsa_p521_sha512;
  }
}

Result<Bytes> try_spki(const TPMT_PUBLIC& key) {
  if (key.type == TPM2_ALG_ECC) {
    return spki_of_point(curve_named(key.parameters.eccDetail.curveID), view_of(key.unique.ecc.x),
                         view_of(key.unique.ecc.y));
  }
  const std::uint32_t exponent = key.parameters.rsaDetail.exponent;
  return spki_of_modulus({key.unique.rsa.buffer, key.unique.rsa.size},
                         exponent == 0 ? default_exponent : exponent);
}

}  // namespace

Result<Bytes> spki_of(const TPMT_PUBLIC& key, std::string_view what) {
  Result<Bytes> spki = try_spki(key);
  if (spki.ok()) return spki;
  return corrupt("KEY_FILE_DAMAGED", fmt::format("{} has no public key that can be", what));
}

Result<Bytes> signature_of(const TPMT_SIGNATURE& signature) {
  if (signature.sigAlg != TPM2_ALG_ECDSA) {
    const TPM2B_PUBLIC_KEY_RSA& raw = signature.signature.rsassa.sig;
    return Bytes(raw.buffer, raw.buffer + raw.size);
  }
  const TPMS_SIGNATURE_ECDSA& numbers = signature.signature.ecdsa;
  Bytes der = ecdsa_der(view_of(numbers.signatureR), view_of(numbers.signatureS));
  if (!der.empty()) return der;
  return internal("SIGNING_FAILED", "libcrypto cannot encode the TPM's signature");
}

}  // namespace chancery::tpm
