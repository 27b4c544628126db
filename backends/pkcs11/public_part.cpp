#include "backends/pkcs11/public_part.h"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "core/crypto/openssl.h"
#include "core/crypto/public_key.h"

namespace chancery::pkcs11 {
namespace {

using openssl::Owned;

using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Builder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Number = Owned<BIGNUM, BN_free>;
using Octets = Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using Object = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;

constexpr std::size_t ed448_point_bytes = 57;  // RFC 8032 5.2.5

Error unsupported_key(std::string_view why) {
  ERR_clear_error();
  return invalid_request("KEY_UNSUPPORTED", std::string(why));
}

Error unknown_kind(std::string_view kind) {
  return unsupported_key(unsupported_public_key(kind).message);
}

// As PKCS#11 has them; it gives numbers to many more that nobody meets.
std::string type_name(CK_ULONG type) {
  if (type == CKK_DSA) return "DSA";
  return fmt::format("of type {:#x}", type);
}

Result<Bytes> spki_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = key == nullptr ? -1 : i2d_PUBKEY(key, &der);
  if (size <= 0) return unsupported_key("its public part is no sound key");
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

Key make_key(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return Key(key);
}

Result<Bytes> rsa_spki(const View& view, CK_OBJECT_HANDLE object) {
  const std::optional<Bytes> modulus = read_attribute(view, object, CKA_MODULUS);
  const std::optional<Bytes> exponent = read_attribute(view, object, CKA_PUBLIC_EXPONENT);
  if (!modulus || !exponent) return unsupported_key("it does not show its modulus");
  const Number n(BN_bin2bn(modulus->data(), static_cast<int>(modulus->size()), nullptr));
  const Number e(BN_bin2bn(exponent->data(), static_cast<int>(exponent->size()), nullptr));
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return spki_of(make_key("RSA", builder.get()).get());
}

// PKCS#11 wraps a point into an OCTET STRING; not every token does.
Bytes unwrapped(const Bytes& point) {
  const unsigned char* cursor = point.data();
  const Octets octets(d2i_ASN1_OCTET_STRING(nullptr, &cursor, static_cast<long>(point.size())));
  ERR_clear_error();
  if (octets == nullptr || cursor != point.data() + point.size()) return point;
  const unsigned char* data = ASN1_STRING_get0_data(octets.get());
  return Bytes(data, data + ASN1_STRING_length(octets.get()));
}

const char* curve_name(const Bytes& parameters) {
  const unsigned char* cursor = parameters.data();
  const Object curve(d2i_ASN1_OBJECT(nullptr, &cursor, static_cast<long>(parameters.size())));
  return curve == nullptr ? nullptr : OBJ_nid2sn(OBJ_obj2nid(curve.get()));
}

Result<Bytes> ec_spki(const View& view, CK_OBJECT_HANDLE object) {
  const std::optional<Bytes> parameters = read_attribute(view, object, CKA_EC_PARAMS);
  const std::optional<Bytes> wrapped = read_attribute(view, object, CKA_EC_POINT);
  const char* curve = parameters ? curve_name(*parameters) : nullptr;
  if (curve == nullptr || !wrapped) return unsupported_key("it does not show its curve and point");
  const Bytes point = unwrapped(*wrapped);
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return spki_of(make_key("EC", builder.get()).get());
}

Result<Bytes> edwards_spki(const View& view, CK_OBJECT_HANDLE object) {
  const std::optional<Bytes> wrapped = read_attribute(view, object, CKA_EC_POINT);
  if (!wrapped) return unsupported_key("it does not show its point");
  const Bytes point = unwrapped(*wrapped);
  if (point.size() == ed448_point_bytes) return unknown_kind("Ed448");
  return spki_of(
      Key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, point.data(), point.size()))
          .get());
}

// A private EC key need not show its point.
Result<CK_OBJECT_HANDLE> object_with_point(const View& view, CK_OBJECT_HANDLE private_key) {
  if (read_attribute(view, private_key, CKA_EC_POINT)) return private_key;
  const std::optional<Bytes> id = read_attribute(view, private_key, CKA_ID);
  if (!id || id->empty()) return unsupported_key("it has no id that leads to its public key");
  const auto found =
      TRY(find_objects(view, Template().add(CKA_CLASS, CKO_PUBLIC_KEY).add(CKA_ID, *id)));
  if (found.size() == 1) return found.front();
  return unsupported_key(found.empty() ? "the token has no public key with its id"
                                       : "the token has two public keys with its id");
}

}  // namespace

Result<Bytes> public_part(const View& view, CK_OBJECT_HANDLE private_key) {
  const std::optional<CK_ULONG> type = read_number(view, private_key, CKA_KEY_TYPE);
  if (!type) return unsupported_key("it does not show its type");
  if (*type == CKK_RSA) return rsa_spki(view, private_key);
  if (*type != CKK_EC && *type != CKK_EC_EDWARDS) return unknown_kind(type_name(*type));
  const CK_OBJECT_HANDLE object = TRY(object_with_point(view, private_key));
  return *type == CKK_EC ? ec_spki(view, object) : edwards_spki(view, object);
}

}  // namespace chancery::pkcs11
