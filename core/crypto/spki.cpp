#include "core/crypto/spki.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <utility>

#include "core/crypto/der_element.h"

namespace chancery::openssl {
namespace {

using AlgorithmIdentifier = Owned<X509_ALGOR, X509_ALGOR_free>;
using BitString = Owned<ASN1_BIT_STRING, ASN1_BIT_STRING_free>;

struct Parts {
  AlgorithmIdentifier algorithm;
  BitString key;
};

// RFC 5280 4.1: SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }.
Parts take_apart(ByteView der) {
  const std::optional<DerElement> sequence = take_element(der);
  if (!sequence || sequence->tag != V_ASN1_SEQUENCE || !sequence->is_constructed ||
      sequence->tag_class != V_ASN1_UNIVERSAL || !sequence->rest.empty()) {
    return {};
  }
  const unsigned char* cursor = sequence->content.data();
  const unsigned char* const end = cursor + sequence->content.size();
  Parts parts;
  parts.algorithm.reset(d2i_X509_ALGOR(nullptr, &cursor, end - cursor));
  if (parts.algorithm == nullptr) return {};
  parts.key.reset(d2i_ASN1_BIT_STRING(nullptr, &cursor, end - cursor));
  return cursor == end ? std::move(parts) : Parts();
}

Key make_ec_key(const char* curve, ByteView point) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  // What is only read has no const in OSSL_PARAM.
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, const_cast<char*>(curve), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                        const_cast<std::uint8_t*>(point.data()), point.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY,
                        const_cast<OSSL_PARAM*>(parameters)) != 1) {
    return nullptr;
  }
  return Key(key);
}

// nullptr where the key has another form than nearly all have.
Key make_usual_key(ByteView der) {
  const Parts parts = take_apart(der);
  if (parts.key == nullptr) return nullptr;
  const ASN1_OBJECT* type = nullptr;
  int kind = V_ASN1_UNDEF;
  const void* parameter = nullptr;
  X509_ALGOR_get0(&type, &kind, &parameter, parts.algorithm.get());
  const ByteView key(ASN1_STRING_get0_data(parts.key.get()),
                     static_cast<std::size_t>(ASN1_STRING_length(parts.key.get())));
  if (OBJ_obj2nid(type) == NID_ED25519 && kind == V_ASN1_UNDEF) {
    return Key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  }
  if (OBJ_obj2nid(type) != NID_X9_62_id_ecPublicKey || kind != V_ASN1_OBJECT) return nullptr;
  const int curve = OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(parameter));
  const bool is_usual =
      curve == NID_X9_62_prime256v1 || curve == NID_secp384r1 || curve == NID_secp521r1;
  if (!is_usual || key.empty() || key.front() != POINT_CONVERSION_UNCOMPRESSED) return nullptr;
  return make_ec_key(OBJ_nid2sn(curve), key);
}

}  // namespace

Key read_spki(ByteView der) {
  Key key = make_usual_key(der);
  if (key == nullptr) {
    const unsigned char* cursor = der.data();
    key.reset(d2i_PUBKEY(nullptr, &cursor, static_cast<long>(der.size())));
    if (cursor != der.data() + der.size()) key.reset();
  }
  ERR_clear_error();
  return key;
}

std::optional<std::string> foreign_kind(ByteView der) {
  const Parts parts = take_apart(der);
  ERR_clear_error();
  if (parts.key == nullptr) return std::nullopt;
  const ASN1_OBJECT* type = nullptr;
  int parameter_kind = V_ASN1_UNDEF;
  const void* parameter = nullptr;
  X509_ALGOR_get0(&type, &parameter_kind, &parameter, parts.algorithm.get());
  switch (const int kind = OBJ_obj2nid(type)) {
    case NID_X9_62_id_ecPublicKey:
      // Of its curves the one whose keys libcrypto has for a kind of their own.
      if (parameter_kind == V_ASN1_OBJECT &&
          OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(parameter)) == NID_sm2) {
        return OBJ_nid2sn(NID_sm2);
      }
      return std::nullopt;
    case NID_rsaEncryption:
    case NID_rsassaPss:
    case NID_ED25519:
      return std::nullopt;
    case NID_undef: {
      char dotted[128];
      OBJ_obj2txt(dotted, sizeof dotted, type, 1);
      return dotted;
    }
    default:
      return OBJ_nid2sn(kind);
  }
}

}  // namespace chancery::openssl
