// What the TPM says about a key of its own, signed by a key that signs nothing else.
#pragma once

#include "backends/tpm/device.h"
#include "backends/tpm/sessions.h"

namespace chancery::tpm {

// For work within Device::run(): "tpm2-certify" of core/crypto/tpm/structures.h over the challenge,
// with the endorsement certificates that the TPM holds. The attestation key is made anew each time
// from the endorsement seed, always the same until the TPM is cleared. Errors: unsupported
// KEY_NOT_ATTESTABLE (the key came from elsewhere, may be moved, or its policy forbids this),
// ENDORSEMENT_HIERARCHY_CLOSED (its authorisation value is set); those of failure.h.
Result<KeyAttestation> attest(Device& device, Sessions& sessions, const Key& key,
                              ByteView challenge);

}  // namespace chancery::tpm
