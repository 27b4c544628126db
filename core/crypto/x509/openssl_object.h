// X.509's objects of libcrypto, freed by their owners. For this folder's sources only.
#pragma once

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/crypto/openssl.h"

namespace chancery::openssl {

using Integer = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
using Object = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;
using ExtendedUsage = Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;
using GeneralNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;
using Store = Owned<X509_STORE, X509_STORE_free>;
using StoreContext = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;
using TimestampResponse = Owned<TS_RESP, TS_RESP_free>;

// A list that does not own what is in it.
struct FreeList {
  void operator()(STACK_OF(X509) * list) const { sk_X509_free(list); }
};
using CertificateList = std::unique_ptr<STACK_OF(X509), FreeList>;

// Big-endian and positive; nullptr where libcrypto cannot.
inline Integer integer_of(std::span<const std::uint8_t> bytes) {
  const Owned<BIGNUM, BN_free> number(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return Integer(number == nullptr ? nullptr : BN_to_ASN1_INTEGER(number.get(), nullptr));
}

inline Object object_named(std::string_view oid) {
  return Object(OBJ_txt2obj(std::string(oid).c_str(), 1));
}

// What i2d_... of `object` writes.
template <typename T>
std::basic_string<unsigned char> encode(int (*write)(T*, unsigned char**),
                                        std::remove_const_t<T>* object) {
  const int length = write(object, nullptr);
  if (length <= 0) return {};
  std::basic_string<unsigned char> out(static_cast<std::size_t>(length), 0);
  unsigned char* cursor = out.data();
  write(object, &cursor);
  return out;
}

}  // namespace chancery::openssl
