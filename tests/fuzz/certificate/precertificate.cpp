// Any bytes as a certificate: without an extension it is what OpenSSL makes of it, where OpenSSL
// writes the whole as it was.
#include <openssl/x509.h>

#include <cstdlib>

#include "core/crypto/x509/precertificate.h"

namespace chancery {
namespace {

Bytes written(X509* certificate) {
  unsigned char* der = nullptr;
  const int length = i2d_re_X509_tbs(certificate, &der);
  if (length <= 0) return {};
  Bytes out(der, der + length);
  OPENSSL_free(der);
  return out;
}

void compare(const Certificate& certificate, const char* oid) {
  X509* copy = X509_dup(certificate.borrow());
  if (copy == nullptr) return;
  ASN1_OBJECT* object = OBJ_txt2obj(oid, 1);
  const int place = X509_get_ext_by_OBJ(copy, object, -1);
  ASN1_OBJECT_free(object);
  const Bytes whole = written(copy);
  // The TBSCertificate follows the header of the certificate.
  const ByteView der = certificate.der();
  const bool is_faithful =
      der.size() >= whole.size() + 4 &&
      (equal(der.subspan(4, whole.size()), whole) || equal(der.subspan(3, whole.size()), whole) ||
       equal(der.subspan(2, whole.size()), whole));
  const auto cut = tbs_without_extension(certificate, oid);
  if (place < 0 && cut) std::abort();
  if (place >= 0 && is_faithful && X509_get_ext_count(copy) > 1) {
    X509_EXTENSION_free(X509_delete_ext(copy, place));
    if (cut != written(copy)) std::abort();
  }
  X509_free(copy);
}

}  // namespace
}  // namespace chancery

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace chancery;
  const auto certificate = Certificate::from_der({data, size});
  if (!certificate.ok()) return 0;
  for (const char* oid : {"1.3.6.1.4.1.11129.2.4.2", "2.5.29.15"}) compare(*certificate, oid);
  return 0;
}
