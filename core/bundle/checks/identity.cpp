// check_identity: whether the certificate is of whom the caller expects.
#include <fmt/format.h>

#include "core/bundle/checks/certificate.h"

namespace chancery::bundle {
namespace {

Error unexpected(std::string reason, std::string_view what, const std::string& found,
                 const TextRule& expected) {
  return invalid_request(std::move(reason),
                         fmt::format("certificate: its {} is \"{}\", {}", what,
                                     found.substr(0, 300), expected.objection_to(found)));
}

Result<void> check_issuer(const CertificateIdentity& identity, const TextRule& expected) {
  if (!identity.issuer.empty()) {
    if (expected.accepts(identity.issuer)) return {};
    return unexpected("ISSUER_MISMATCH", "issuer", identity.issuer, expected);
  }
  if (expected.accepts_none()) return {};
  return invalid_request(
      "CERTIFICATE_ISSUER_MISSING",
      fmt::format("certificate: it names no issuer, {} is expected; only an issuer pattern that "
                  "matches the empty text too, such as \".*\", takes it",
                  expected.words()));
}

Result<void> check_field(const CertificateIdentity& identity, const FieldRule& rule) {
  const auto found = identity.fields.find(rule.field);
  if (found == identity.fields.end()) {
    return invalid_request(
        "CERTIFICATE_FIELD_MISMATCH",
        fmt::format("certificate: it has no {}, {} is expected", rule.field, rule.value.words()));
  }
  if (rule.value.accepts(found->second)) return {};
  return unexpected("CERTIFICATE_FIELD_MISMATCH", rule.field, found->second, rule.value);
}

}  // namespace

Result<CertificateIdentity> check_identity(const Certificate& leaf, const Policy& policy) {
  CertificateIdentity identity = TRY(read_identity(leaf));
  if (policy.identity && !policy.identity->accepts(identity.subject.value)) {
    return unexpected("IDENTITY_MISMATCH", "identity", identity.subject.value, *policy.identity);
  }
  if (policy.issuer) TRY(check_issuer(identity, *policy.issuer));
  for (const FieldRule& rule : policy.fields) TRY(check_field(identity, rule));
  return identity;
}

}  // namespace chancery::bundle
