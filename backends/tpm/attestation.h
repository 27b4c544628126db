// What the TPM says about a key of its own, signed by a key that signs nothing else.
#pragma once

#include "backends/tpm/device.h"
#include "backends/tpm/held.h"
#include "backends/tpm/sessions.h"

namespace chancery::tpm {

// Made anew each time from the endorsement seed, always the same until the TPM is cleared.
struct AttestationKey {
  Held key;
  TPM2B_PUBLIC public_area;
};
// For work within Device::run(). Errors: unsupported ENDORSEMENT_HIERARCHY_CLOSED (its
// authorisation value is set); those of failure.h.
Result<AttestationKey> make_attestation_key(Device& device);

// For work within Device::run(): "tpm2-certify" of core/crypto/tpm/structures.h over the challenge,
// with the endorsement certificates that the TPM holds. Errors: unsupported KEY_NOT_ATTESTABLE (the
// key came from elsewhere, may be moved, or its policy forbids this); those of
// make_attestation_key().
Result<KeyAttestation> attest(Device& device, Sessions& sessions, const Key& key,
                              ByteView challenge);

}  // namespace chancery::tpm
