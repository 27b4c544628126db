#include "core/crypto/x509/certificate_path.h"

#include <fmt/format.h>

#include "core/crypto/x509/certificate_store.h"

namespace chancery {
namespace {

Error explain(X509_STORE_CTX* context, const Certificate& leaf) {
  const int code = X509_STORE_CTX_get_error(context);
  const char* words = X509_verify_cert_error_string(code);
  ERR_clear_error();
  switch (code) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return invalid_request(
          "CERTIFICATE_AUTHORITY_UNKNOWN",
          fmt::format("certificate \"{}\": no path to this authority ({})", leaf.subject(), words));
    default:
      return invalid_request("CERTIFICATE_CHAIN_INVALID",
                             fmt::format("certificate \"{}\": {}", leaf.subject(), words));
  }
}

}  // namespace

Result<std::vector<Certificate>> find_path(const Certificate& leaf,
                                           std::span<const Certificate> untrusted,
                                           const Certificate& anchor, CertificateMemory& memory) {
  const openssl::Store store = openssl::make_store({&anchor, 1}, memory);
  const openssl::CertificateList list = openssl::list_of(untrusted);
  const openssl::StoreContext context(X509_STORE_CTX_new());
  CHANCERY_ASSERT(context != nullptr &&
                  X509_STORE_CTX_init(context.get(), store.get(), leaf.borrow(), list.get()) == 1);
  if (X509_verify_cert(context.get()) != 1) return explain(context.get(), leaf);

  // The path consists of what was put in; found again, so that nothing is parsed twice.
  std::vector<Certificate> path = {leaf};
  const STACK_OF(X509)* found = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 1; i < sk_X509_num(found); ++i) {
    for (const Certificate& candidate : untrusted) {
      if (X509_cmp(sk_X509_value(found, i), candidate.borrow()) != 0) continue;
      path.push_back(candidate);
      break;
    }
  }
  if (path.size() < static_cast<std::size_t>(sk_X509_num(found))) path.push_back(anchor);
  return path;
}

}  // namespace chancery
