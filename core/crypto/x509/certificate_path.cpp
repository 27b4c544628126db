#include "core/crypto/x509/certificate_path.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/rfc3339.h"
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

Result<void> check_time(const Certificate& certificate, const PathNeeds& needs) {
  if (!needs.time || certificate.is_valid_at(*needs.time)) return {};
  return invalid_request(
      "CERTIFICATE_NOT_VALID",
      fmt::format("certificate \"{}\" is valid from {} to {}, the signature is of {}",
                  certificate.subject(), format_rfc3339(certificate.not_before()),
                  format_rfc3339(certificate.not_after()), format_rfc3339(*needs.time)));
}

// Of an authority.
Result<void> check_fit(const Certificate& certificate, const PathNeeds& needs) {
  if (!certificate.has_extended_usage(needs.usage, true) &&
      !certificate.has_extended_usage(usage::any, true)) {
    return invalid_request(
        "CERTIFICATE_USAGE_WRONG",
        fmt::format("the authority \"{}\" may not vouch for {}", certificate.subject(),
                    needs.usage == usage::timestamping ? "timestamping" : "code signing"));
  }
  return check_time(certificate, needs);
}

}  // namespace

Result<void> check_path(std::span<const Certificate> path, const PathNeeds& needs) {
  TRY(check_time(path.front(), needs));
  for (const Certificate& authority : path.subspan(1)) TRY(check_fit(authority, needs));
  return {};
}

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

Result<std::vector<Certificate>> find_path_for(const PathNeeds& needs, const Certificate& leaf,
                                               std::span<const Certificate> untrusted,
                                               const Certificate& anchor,
                                               CertificateMemory& memory) {
  auto path = find_path(leaf, untrusted, anchor, memory);
  const Result<void> checked = path.ok() ? check_path(*path, needs) : path.error();
  if (checked.ok()) return path;
  std::vector<Certificate> fit;
  for (const Certificate& candidate : untrusted) {
    if (check_fit(candidate, needs).ok()) fit.push_back(candidate);
  }
  if (fit.size() == untrusted.size()) return checked.error();
  path = find_path(leaf, fit, anchor, memory);
  if (path.ok() && check_path(*path, needs).ok()) return path;
  return checked.error();
}

}  // namespace chancery
