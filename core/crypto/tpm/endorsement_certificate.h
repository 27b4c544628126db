// The certificate with which a TPM's maker vouches for its endorsement key.
#pragma once

#include <vector>

#include "core/crypto/attestation.h"
#include "core/crypto/x509/certificate.h"

namespace chancery::tpm2 {

enum class EndorsementKey { any, takes_credentials };

// Pure. The first of the attestation's certificates that leads to an anchor. A TPM may have several
// endorsement keys; the issuers of all come along. Periods are not looked at: such certificates are
// for the life of a device. Errors: invalid_request ENDORSEMENT_CERTIFICATE_MISSING,
// ENDORSEMENT_CERTIFICATE_UNFIT, those of find_path and Certificate; unsupported
// ENDORSEMENT_KEY_UNSUPPORTED (none that takes credentials leads there, one of another kind does).
Result<Certificate> find_endorsement(const KeyAttestation& attestation,
                                     const std::vector<Certificate>& anchors, EndorsementKey kind);

}  // namespace chancery::tpm2
