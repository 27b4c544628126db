// What Fulcio writes into a certificate: who signed, and in which build (sigstore.dev's OID list).
#pragma once

#include <map>
#include <span>

#include "core/crypto/x509/certificate.h"

namespace chancery {

// One extension 1.3.6.1.4.1.57264.1.N that a caller may ask for. Command lines, policies and
// verdicts use the name.
struct FulcioField {
  unsigned number;        // N
  std::string_view name;  // "source-repository-uri"
  bool is_raw;            // the text itself, as the oldest are; otherwise a DER UTF8String
};
std::span<const FulcioField> fulcio_fields();

struct CertificateIdentity {
  SubjectName subject;
  std::string issuer;  // who vouched for the subject, a URL; empty: it names nobody
  std::map<std::string, std::string, std::less<>> fields;  // by name; those that are there
};

// Errors (invalid_request): CERTIFICATE_MALFORMED; CERTIFICATE_SUBJECT_MISSING (no URI, e-mail or
// user name), CERTIFICATE_ISSUER_AMBIGUOUS (the old extension and the new one differ),
// CERTIFICATE_EXTENSION_MALFORMED (or a name of the signer is not text).
Result<CertificateIdentity> read_identity(const Certificate& certificate);

}  // namespace chancery
