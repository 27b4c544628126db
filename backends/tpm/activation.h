// The other half of an attestation: that the attestation key lives beside the endorsement key.
#pragma once

#include "backends/tpm/device.h"

namespace chancery::tpm {

// For work within Device::run(): what was hidden in a credential of core/crypto/tpm/credential.h,
// by TPM2_ActivateCredential with the attestation key and the RSA-2048 endorsement key: the
// persistent one at its usual handle, or made anew from the standard template. Errors
// (invalid_request): CREDENTIAL_MALFORMED; CREDENTIAL_OF_ANOTHER_TPM (encrypted to another
// endorsement key); CREDENTIAL_OF_ANOTHER_KEY (for another attestation key, or altered); those of
// make_attestation_key().
Result<Bytes> activate(Device& device, ByteView credential);

}  // namespace chancery::tpm
