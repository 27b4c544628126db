#include "core/crypto/key_numbers.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include <memory>

namespace chancery {
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

struct Curve {
  const char* name;
  std::size_t bytes;
};

Curve curve_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::ecdsa_p256_sha256:
      return {"P-256", 32};
    case Algorithm::ecdsa_p384_sha384:
      return {"P-384", 48};
    default:
      return {"P-521", 66};
  }
}

Owned<BIGNUM> number_of(ByteView bytes) {
  return Owned<BIGNUM>(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

void append_padded(Bytes& out, ByteView number, std::size_t bytes) {
  if (number.size() < bytes) out.insert(out.end(), bytes - number.size(), 0);
  append(out, number);
}

Result<Bytes> spki_from(const char* type, OSSL_PARAM_BLD* builder) {
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  unsigned char* der = nullptr;
  int size = 0;
  if (parameters != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1 &&
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1) {
    const Owned<EVP_PKEY> owned(key);
    size = i2d_PUBKEY(key, &der);
  }
  const Owned<unsigned char> owned(der);
  if (size > 0) return Bytes(der, der + size);
  ERR_clear_error();
  return invalid_request("PUBLIC_KEY_MALFORMED", "there is no public key of these numbers");
}

}  // namespace

Result<Bytes> spki_of_point(Algorithm curve, ByteView x, ByteView y) {
  const auto [name, bytes] = curve_of(curve);
  Bytes point{POINT_CONVERSION_UNCOMPRESSED};
  append_padded(point, x, bytes);
  append_padded(point, y, bytes);
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return spki_from("EC", builder.get());
}

Result<Bytes> spki_of_modulus(ByteView modulus, std::uint32_t exponent) {
  const Owned<BIGNUM> n = number_of(modulus);
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_uint(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent);
  return spki_from("RSA", builder.get());
}

Bytes ecdsa_der(ByteView r, ByteView s) {
  const Owned<ECDSA_SIG> signature(ECDSA_SIG_new());
  Owned<BIGNUM> r_number = number_of(r);
  Owned<BIGNUM> s_number = number_of(s);
  unsigned char* der = nullptr;
  int size = 0;
  if (signature != nullptr &&
      ECDSA_SIG_set0(signature.get(), r_number.get(), s_number.get()) == 1) {
    static_cast<void>(r_number.release());
    static_cast<void>(s_number.release());
    size = i2d_ECDSA_SIG(signature.get(), &der);
  }
  const Owned<unsigned char> owned(der);
  return size > 0 ? Bytes(der, der + size) : Bytes();
}

}  // namespace chancery
