#include "core/bundle/checks/certificate.h"

#include <fmt/format.h>

#include "core/base/rfc3339.h"
#include "core/crypto/x509/certificate_path.h"

namespace chancery::bundle {
namespace {

constexpr std::string_view key_usage_oid = "2.5.29.15";

Error wrong_usage(const Certificate& certificate, std::string_view what) {
  return invalid_request("CERTIFICATE_USAGE_WRONG",
                         fmt::format("certificate \"{}\": {}", certificate.subject(), what));
}

// OpenSSL 3.0 knows no purpose of code signing.
Result<void> check_leaf_usage(const Certificate& leaf) {
  if (leaf.is_ca()) return wrong_usage(leaf, "it is an authority's, not a signer's");
  if (!leaf.has_extended_usage(usage::code_signing, false)) {
    return wrong_usage(leaf, "its extended key usage is not code signing");
  }
  if (!leaf.extension(key_usage_oid) || !leaf.may_sign_data()) {
    return wrong_usage(leaf, "its key usage is not digital signature");
  }
  return {};
}

Result<void> check_period(const TrustedAuthority& authority, WallTime time) {
  if (authority.valid_for.contains(time)) return {};
  return invalid_request(
      "CERTIFICATE_AUTHORITY_NOT_VALID",
      fmt::format("{} is outside the period in which the root trusts the "
                  "authority {}, {}",
                  format_rfc3339(time), authority.words(), authority.valid_for.words()));
}

// Trusted root specification: the last certificate is the anchor, the others lead to it.
Result<std::vector<Certificate>> path_to(const TrustedAuthority& authority, const Signer& signer,
                                         const PathNeeds& needs, CertificateMemory& memory) {
  // The root's own first: what a bundle carries under the same name must not hide them.
  const Result<std::vector<Certificate>>& chain = authority.chain.get();
  if (!chain.ok()) return chain.error();
  std::vector<Certificate> untrusted(chain->begin(), chain->end() - 1);
  untrusted.insert(untrusted.end(), signer.carried.begin(), signer.carried.end());
  const Certificate& leaf = *signer.certificate;
  std::vector<Certificate> path = TRY(find_path_for(needs, leaf, untrusted, chain->back(), memory));
  if (path.size() < 2) {
    return invalid_request(
        "CERTIFICATE_AUTHORITY_UNKNOWN",
        fmt::format("certificate \"{}\" is listed as an authority itself", leaf.subject()));
  }
  return path;
}

struct KnownPath {
  const TrustedAuthority* authority;
  std::vector<Certificate> certificates;
};

// The known one, or another to the same authority.
Result<std::vector<Certificate>> path_at(const KnownPath& known, const Signer& signer,
                                         WallTime time, CertificateMemory& memory) {
  const PathNeeds needs{usage::code_signing, time};
  std::vector<Certificate> path = known.certificates;
  if (!check_path(path, needs).ok()) path = TRY(path_to(*known.authority, signer, needs, memory));
  TRY(check_period(*known.authority, time));
  return path;
}

// An authority may be listed for several periods: one of the paths must do at this time.
Result<std::vector<Certificate>> path_at(const std::vector<KnownPath>& paths, const Signer& signer,
                                         WallTime time, CertificateMemory& memory) {
  std::optional<Error> refusal;
  for (const KnownPath& known : paths) {
    auto path = path_at(known, signer, time, memory);
    if (path.ok()) return path;
    refusal = path.error();
  }
  return *std::move(refusal);
}

}  // namespace

Result<std::vector<Certificate>> check_certificate(const Signer& signer, const TrustedRoot& root,
                                                   const std::vector<VerifiedTime>& times,
                                                   CertificateMemory& memory, Trace& trace) {
  trace.check("certificate path");
  Error refusal = invalid_request("CERTIFICATE_AUTHORITY_UNKNOWN",
                                  "the trusted root has no certificate authority");
  std::vector<KnownPath> paths;
  for (const TrustedAuthority& authority : root.certificate_authorities) {
    auto path = path_to(authority, signer, {usage::code_signing}, memory);
    if (path.ok()) {
      paths.push_back({&authority, *std::move(path)});
    } else if (refusal.reason == "CERTIFICATE_AUTHORITY_UNKNOWN") {
      refusal = path.error();
    }
  }
  if (paths.empty()) return refusal;
  std::vector<Certificate> found = paths.front().certificates;
  trace.pass(fmt::format("issued by \"{}\"", found[1].subject()));
  trace.check("certificate period");
  for (const VerifiedTime& each : times) {
    found = TRY(path_at(paths, signer, each.time, memory));
    trace.pass(fmt::format("{} is in it", format_rfc3339(each.time)));
  }
  trace.check("certificate usage");
  TRY(check_leaf_usage(*signer.certificate));
  trace.pass("code signing");
  return found;
}

}  // namespace chancery::bundle
