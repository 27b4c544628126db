// The other half of an attestation: that the attestation key lives beside the endorsement key.
#pragma once

#include "backends/tpm/device.h"

namespace chancery::tpm {

// For work within Device::run(): what was hidden in a credential of core/crypto/tpm/credential.h,
// by TPM2_ActivateCredential with the attestation key and the endorsement key that it is encrypted
// to: the persistent RSA-2048 one at its usual handle, or that or the P-256 one made anew from the
// standard template. Errors (invalid_request): CREDENTIAL_MALFORMED; CREDENTIAL_OF_ANOTHER_TPM
// (encrypted to another endorsement key); CREDENTIAL_OF_ANOTHER_KEY (for another attestation key
// or, on a curve, endorsement key; or altered); unsupported ENDORSEMENT_KEY_UNSUPPORTED; those of
// make_attestation_key().
Result<Bytes> activate(Device& device, ByteView credential);

}  // namespace chancery::tpm
