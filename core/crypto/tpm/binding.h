// The proof that an attestation key lives in the TPM that its maker vouches for: an exchange.
//
// The verifier reads the claim, encrypts a secret to the endorsement key under the attestation
// key's name, and only the TPM that has both gives it back (TPM2_ActivateCredential).
#pragma once

#include "core/crypto/tpm/endorsement_certificate.h"

namespace chancery::tpm2 {

// Not yet proven: that this attestation key lives beside the endorsement key of this certificate.
struct BindingClaim {
  Bytes attestation_key_name;
  Certificate endorsement;  // leads to one of the verifier's anchors
};

// Pure, all three. Errors: invalid_request ATTESTATION_MALFORMED; those of find_endorsement for a
// key that takes credentials.
Result<BindingClaim> read_claim(const KeyAttestation& attestation,
                                const std::vector<Certificate>& anchors);

// What the machine has to activate. `own_secret` stays with the verifier: from it and the claim
// follows what is hidden, so that one serves for any number of machines and no answer for another
// claim. `random` is as of make_credential; its errors.
Result<Bytes> challenge_claim(const BindingClaim& claim, ByteView own_secret, ByteView random);

// After success the claim is proven, and its name is one to expect in verify_certify(). Error:
// invalid_request CREDENTIAL_ANSWER_WRONG.
Result<void> check_answer(const BindingClaim& claim, ByteView own_secret, ByteView answer);

}  // namespace chancery::tpm2
