#include "core/bundle/checks/certificate.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/rfc3339.h"
#include "core/crypto/x509/certificate_path.h"

namespace chancery::bundle {
namespace {

constexpr std::string_view key_usage_oid = "2.5.29.15";

Error wrong_usage(std::string_view what) {
  return invalid_request("CERTIFICATE_USAGE_WRONG", fmt::format("certificate: {}", what));
}

// OpenSSL 3.0 knows no purpose of code signing.
Result<void> check_leaf_usage(const Certificate& leaf) {
  if (leaf.is_ca()) return wrong_usage("it is an authority's, not a signer's");
  if (!leaf.has_extended_usage(usage::code_signing, false)) {
    return wrong_usage("its extended key usage is not code signing");
  }
  if (!leaf.extension(key_usage_oid) || !leaf.may_sign_data()) {
    return wrong_usage("its key usage is not digital signature");
  }
  return {};
}

Result<void> check_path_usage(const std::vector<Certificate>& path) {
  for (auto certificate = path.begin() + 1; certificate != path.end(); ++certificate) {
    if (certificate->has_extended_usage(usage::code_signing, true) ||
        certificate->has_extended_usage(usage::any, true)) {
      continue;
    }
    return wrong_usage(
        fmt::format("\"{}\" above it is not for code signing", certificate->subject()));
  }
  return {};
}

Result<void> check_time(const std::vector<Certificate>& path, const TrustedAuthority& authority,
                        WallTime time) {
  for (const Certificate& certificate : path) {
    if (certificate.is_valid_at(time)) continue;
    return invalid_request(
        "CERTIFICATE_NOT_VALID",
        fmt::format("certificate \"{}\" is valid from {} to {}, the signature is of {}",
                    certificate.subject(), format_rfc3339(certificate.not_before()),
                    format_rfc3339(certificate.not_after()), format_rfc3339(time)));
  }
  if (authority.valid_for.contains(time)) return {};
  return invalid_request("CERTIFICATE_AUTHORITY_NOT_VALID",
                         fmt::format("{} is outside the period in which the root trusts the "
                                     "authority {}",
                                     format_rfc3339(time), authority.uri));
}

// Trusted root specification: the last certificate is the anchor, the others lead to it.
Result<std::vector<Certificate>> path_to(const TrustedAuthority& authority, const Signer& signer,
                                         CertificateMemory& memory) {
  // The root's own first: what a bundle carries under the same name must not hide them.
  std::vector<Certificate> untrusted(authority.chain.begin(), authority.chain.end() - 1);
  untrusted.insert(untrusted.end(), signer.carried.begin(), signer.carried.end());
  const Certificate& leaf = *signer.certificate;
  std::vector<Certificate> path = TRY(find_path(leaf, untrusted, authority.chain.back(), memory));
  if (path.size() < 2) {
    return invalid_request(
        "CERTIFICATE_AUTHORITY_UNKNOWN",
        fmt::format("certificate \"{}\" is listed as an authority itself", leaf.subject()));
  }
  TRY(check_path_usage(path));
  return path;
}

struct KnownPath {
  const TrustedAuthority* authority;
  std::vector<Certificate> certificates;
};

// An authority may be listed for several periods: one of the paths must do at this time.
Result<const KnownPath*> path_at(const std::vector<KnownPath>& paths, WallTime time) {
  std::optional<Error> refusal;
  for (const KnownPath& path : paths) {
    const Result<void> checked = check_time(path.certificates, *path.authority, time);
    if (checked.ok()) return &path;
    refusal = checked.error();
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
    auto path = path_to(authority, signer, memory);
    if (path.ok()) {
      paths.push_back({&authority, *std::move(path)});
    } else if (refusal.reason == "CERTIFICATE_AUTHORITY_UNKNOWN") {
      refusal = path.error();
    }
  }
  if (paths.empty()) return refusal;
  const KnownPath* found = &paths.front();
  trace.pass(fmt::format("issued by \"{}\"", found->certificates[1].subject()));
  trace.check("certificate period");
  for (const VerifiedTime& each : times) {
    found = TRY(path_at(paths, each.time));
    trace.pass(fmt::format("{} is in it", format_rfc3339(each.time)));
  }
  trace.check("certificate usage");
  TRY(check_leaf_usage(*signer.certificate));
  trace.pass("code signing");
  return found->certificates;
}

}  // namespace chancery::bundle
