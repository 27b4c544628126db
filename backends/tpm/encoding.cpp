#include "backends/tpm/encoding.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include <memory>

namespace chancery::tpm {
namespace {

struct Free {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
  void operator()(unsigned char* der) const { OPENSSL_free(der); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

constexpr std::uint32_t default_exponent = 65537;  // where the TPM says 0

struct Curve {
  const char* name;
  std::size_t bytes;
};

Curve curve_named(TPM2_ECC_CURVE curve) {
  switch (curve) {
    case TPM2_ECC_NIST_P256:
      return {"P-256", 32};
    case TPM2_ECC_NIST_P384:
      return {"P-384", 48};
    default:
      return {"P-521", 66};
  }
}

Owned<BIGNUM> number_of(ByteView bytes) {
  return Owned<BIGNUM>(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

ByteView view_of(const TPM2B_ECC_PARAMETER& number) { return {number.buffer, number.size}; }

// The TPM may leave leading zeros out.
void append_padded(Bytes& out, ByteView number, std::size_t bytes) {
  if (number.size() < bytes) out.insert(out.end(), bytes - number.size(), 0);
  out.insert(out.end(), number.begin(), number.end());
}

Owned<EVP_PKEY> key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return Owned<EVP_PKEY>(key);
}

Owned<EVP_PKEY> ecc_key(const TPMT_PUBLIC& key) {
  const Curve curve = curve_named(key.parameters.eccDetail.curveID);
  Bytes point{POINT_CONVERSION_UNCOMPRESSED};
  append_padded(point, view_of(key.unique.ecc.x), curve.bytes);
  append_padded(point, view_of(key.unique.ecc.y), curve.bytes);
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.name, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return key_from("EC", builder.get());
}

Owned<EVP_PKEY> rsa_key(const TPMT_PUBLIC& key) {
  const Owned<BIGNUM> modulus = number_of({key.unique.rsa.buffer, key.unique.rsa.size});
  const std::uint32_t exponent = key.parameters.rsaDetail.exponent;
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_uint(builder.get(), OSSL_PKEY_PARAM_RSA_E,
                           exponent == 0 ? default_exponent : exponent);
  return key_from("RSA", builder.get());
}

Result<Bytes> ecdsa_der(const TPMS_SIGNATURE_ECDSA& numbers) {
  const Owned<ECDSA_SIG> signature(ECDSA_SIG_new());
  Owned<BIGNUM> r = number_of(view_of(numbers.signatureR));
  Owned<BIGNUM> s = number_of(view_of(numbers.signatureS));
  unsigned char* der = nullptr;
  int size = 0;
  if (signature != nullptr && ECDSA_SIG_set0(signature.get(), r.get(), s.get()) == 1) {
    static_cast<void>(r.release());
    static_cast<void>(s.release());
    size = i2d_ECDSA_SIG(signature.get(), &der);
  }
  const Owned<unsigned char> owned(der);
  if (size <= 0) return internal("SIGNING_FAILED", "libcrypto cannot encode the TPM's signature");
  return Bytes(der, der + size);
}

}  // namespace

Result<Bytes> spki_of(const TPMT_PUBLIC& key, std::string_view what) {
  const Owned<EVP_PKEY> public_key = key.type == TPM2_ALG_ECC ? ecc_key(key) : rsa_key(key);
  unsigned char* der = nullptr;
  const int size = public_key == nullptr ? 0 : i2d_PUBKEY(public_key.get(), &der);
  const Owned<unsigned char> owned(der);
  if (size <= 0) {
    ERR_clear_error();
    return corrupt("KEY_FILE_DAMAGED", fmt::format("{} has no public key that can be", what));
  }
  return Bytes(der, der + size);
}

Result<Bytes> signature_of(const TPMT_SIGNATURE& signature) {
  if (signature.sigAlg == TPM2_ALG_ECDSA) return ecdsa_der(signature.signature.ecdsa);
  const TPM2B_PUBLIC_KEY_RSA& raw = signature.signature.rsassa.sig;
  return Bytes(raw.buffer, raw.buffer + raw.size);
}

}  // namespace chancery::tpm
