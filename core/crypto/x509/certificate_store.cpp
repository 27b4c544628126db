#include "core/crypto/x509/certificate_store.h"

namespace chancery::openssl {
namespace {

// SHA-256, P-256 and RSA-2048 have it; SHA-1 has not.
constexpr int security_bits_level = 2;
// Leaf, a few intermediates, root; no CA of Sigstore's kind is deeper.
constexpr int path_depth_max = 8;

}  // namespace

Store make_store(std::span<const Certificate> anchors) {
  Store store(X509_STORE_new());
  CHANCERY_ASSERT(store != nullptr);
  for (const Certificate& anchor : anchors) X509_STORE_add_cert(store.get(), anchor.borrow());
  X509_VERIFY_PARAM* param = X509_STORE_get0_param(store.get());
  // Trusted root specification: the anchor "MAY be an intermediate CA certificate". Times are
  // compared by the caller: for OpenSSL a certificate has expired at its notAfter already.
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
  X509_VERIFY_PARAM_set_auth_level(param, security_bits_level);
  X509_VERIFY_PARAM_set_depth(param, path_depth_max);
  return store;
}

CertificateList list_of(std::span<const Certificate> certificates) {
  CertificateList list(sk_X509_new_null());
  CHANCERY_ASSERT(list != nullptr);
  for (const Certificate& certificate : certificates) {
    sk_X509_push(list.get(), certificate.borrow());
  }
  return list;
}

}  // namespace chancery::openssl
