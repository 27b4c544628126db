#include "core/crypto/tpm/endorsement_certificate.h"

#include <fmt/format.h>

#include <optional>

#include "core/crypto/tpm/seed.h"
#include "core/crypto/x509/certificate_path.h"

namespace chancery::tpm2 {
namespace {

constexpr std::string_view endorsement_usage = "2.23.133.8.1";  // TCG EK Credential Profile 3.2.16

// Of a certificate that leads to an anchor.
Result<void> check_use(const Certificate& certificate, EndorsementKey kind) {
  if (!certificate.has_extended_usage(endorsement_usage, true)) {
    return invalid_request(
        "ENDORSEMENT_CERTIFICATE_UNFIT",
        fmt::format("certificate \"{}\" is for another use than a TPM's endorsement key",
                    certificate.subject()));
  }
  if (kind == EndorsementKey::any) return {};
  const PublicKey key = TRY(certificate.public_key());
  if (takes_credentials(key)) return {};
  return unknown_kind(
      key, fmt::format("the endorsement key of certificate \"{}\"", certificate.subject()));
}

}  // namespace

Result<Certificate> find_endorsement(const KeyAttestation& attestation,
                                     const std::vector<Certificate>& anchors, EndorsementKey kind) {
  CertificateMemory memory;
  std::vector<Certificate> all;
  for (const Bytes& der : attestation.certificates) all.push_back(TRY(Certificate::from_der(der)));
  std::optional<Error> why_not;
  for (const Certificate& candidate : all) {
    if (candidate.is_ca()) continue;
    for (const Certificate& anchor : anchors) {
      const auto path = find_path(candidate, all, anchor, memory);
      const Result<void> usable = path.ok() ? check_use(candidate, kind) : path.error();
      if (usable.ok()) return candidate;
      why_not = usable.error();
    }
  }
  if (why_not) return *why_not;
  return invalid_request("ENDORSEMENT_CERTIFICATE_MISSING",
                         "the attestation comes without an endorsement certificate");
}

}  // namespace chancery::tpm2
