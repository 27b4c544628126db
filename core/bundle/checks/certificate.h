// Whether the certificate was good for signing when it was used to sign.
#pragma once

#include "core/bundle/checks/signer.h"
#include "core/bundle/checks/trace.h"

namespace chancery::bundle {

// A path from the signer's certificate to an authority of the root, all of it valid at every one of
// the times, and the certificate is for code signing. Answers with the path, leaf first. Errors
// (invalid_request): CERTIFICATE_USAGE_WRONG, CERTIFICATE_NOT_VALID,
// CERTIFICATE_AUTHORITY_NOT_VALID (outside the period that the root gives the authority), and those
// of find_path.
Result<std::vector<Certificate>> check_certificate(const Signer& signer, const TrustedRoot& root,
                                                   const std::vector<VerifiedTime>& times,
                                                   CertificateMemory& memory, Trace& trace);

// Logged certificates: SCTs of at least `scts_min` different logs hold. `path` is
// check_certificate's. Answers with how many. Errors (invalid_request): those of embedded_scts and
// verify_sct, SCT_LOG_UNKNOWN, SCT_LOG_NOT_VALID, SCT_THRESHOLD_NOT_MET.
Result<std::size_t> check_scts(const std::vector<Certificate>& path, const TrustedRoot& root,
                               std::size_t scts_min);

// What the certificate says of its owner is what is expected. Errors (invalid_request): those of
// read_identity, IDENTITY_MISMATCH, CERTIFICATE_ISSUER_MISSING, ISSUER_MISMATCH,
// CERTIFICATE_FIELD_MISMATCH.
Result<CertificateIdentity> check_identity(const Certificate& leaf, const Policy& policy);

}  // namespace chancery::bundle
