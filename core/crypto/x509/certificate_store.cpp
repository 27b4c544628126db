#include "core/crypto/x509/certificate_store.h"

#include "core/base/limits/bundles.h"

namespace chancery::openssl {
namespace {

// SHA-256, P-256 and RSA-2048 have it; SHA-1 has not.
constexpr int security_bits_level = 2;

int memory_slot() {
  static const int slot = X509_STORE_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

// Sigstore's registry of algorithms has these alone. libcrypto takes more, each process as it is
// configured: the daemon must not believe what the command refuses.
bool is_hash_taken(X509* certificate) {
  int hash = NID_undef;
  int key = NID_undef;
  if (X509_get_signature_info(certificate, &hash, &key, nullptr, nullptr) != 1) return false;
  if (hash == NID_undef) return key == NID_ED25519;
  return hash == NID_sha256 || hash == NID_sha384 || hash == NID_sha512;
}

// The last step of X509_verify_cert: is each certificate below the anchor signed by the one above,
// which may issue it? In place of OpenSSL's own, which cannot remember.
int check_signatures(X509_STORE_CTX* context) {
  auto* memory = static_cast<CertificateMemory*>(
      X509_STORE_get_ex_data(X509_STORE_CTX_get0_store(context), memory_slot()));
  const STACK_OF(X509)* path = X509_STORE_CTX_get0_chain(context);
  for (int i = sk_X509_num(path) - 2; i >= 0; --i) {
    X509* const certificate = sk_X509_value(path, i);
    X509* const issuer = sk_X509_value(path, i + 1);
    int problem = X509_check_issued(issuer, certificate);
    if (problem == X509_V_OK && !is_hash_taken(certificate)) {
      problem = X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM;
    }
    if (problem == X509_V_OK && !memory->is_signed_by(certificate, issuer)) {
      problem = X509_V_ERR_CERT_SIGNATURE_FAILURE;
    }
    if (problem == X509_V_OK) continue;
    X509_STORE_CTX_set_error_depth(context, i);
    X509_STORE_CTX_set_error(context, problem);
    return 0;
  }
  return 1;
}

}  // namespace

Store make_store(std::span<const Certificate> anchors, CertificateMemory& memory) {
  Store store(X509_STORE_new());
  CHANCERY_ASSERT(store != nullptr &&
                  X509_STORE_set_ex_data(store.get(), memory_slot(), &memory) == 1);
  X509_STORE_set_verify(store.get(), check_signatures);
  for (const Certificate& anchor : anchors) X509_STORE_add_cert(store.get(), anchor.borrow());
  X509_VERIFY_PARAM* param = X509_STORE_get0_param(store.get());
  // Trusted root specification: the anchor "MAY be an intermediate CA certificate". Times are
  // compared by the caller: for OpenSSL a certificate has expired at its notAfter already.
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
  X509_VERIFY_PARAM_set_auth_level(param, security_bits_level);
  X509_VERIFY_PARAM_set_depth(param, limits::certificate_path_depth_max);
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
