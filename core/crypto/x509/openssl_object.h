// OpenSSL's objects, freed by their owners. For this folder's sources only.
#pragma once

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

namespace chancery::openssl {

template <auto free_function>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free_function(object);
  }
};
template <typename T, auto free_function>
using Owned = std::unique_ptr<T, Free<free_function>>;

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
