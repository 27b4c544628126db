// Whether an attestation proves that a key was born in a TPM and cannot leave it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/crypto/attestation.h"
#include "core/crypto/public_key.h"
#include "core/crypto/x509/certificate.h"

namespace chancery::tpm2 {

struct Expectation {
  Bytes challenge;
  Bytes spki;  // of the key
  // The Name of the attestation key that the verifier knows to be in the TPM. All of the proof
  // hangs on it: whoever makes up an attestation makes up its key too. Empty: any key, and then
  // nothing is proven about a TPM.
  Bytes attestation_key_name;
  // Who made the TPMs that are believed; empty: the certificates are not looked at.
  std::vector<Certificate> anchors;
};

struct Verdict {
  Bytes attestation_key_name;
  std::uint64_t firmware_version = 0;
  // The endorsement certificate that led to an anchor. It came with the attestation; that the
  // attestation key lives beside the key of this certificate is NOT proven: that takes the exchange
  // of binding.h.
  std::optional<Certificate> endorsement;
};

// Pure. What holds afterwards: the TPM that has the attestation key says, in answer to this
// challenge, that the key was made inside it and can leave neither it nor its parent. Periods of
// endorsement certificates are not looked at. Errors (invalid_request):
//   ATTESTATION_FORMAT_UNKNOWN; those of structures.h
//   ATTESTATION_KEY_MISMATCH (about another key than the expected one)
//   ATTESTATION_NAME_MISMATCH (the statement is about another key than it comes with)
//   ATTESTATION_CHALLENGE_MISMATCH (made for another question: perhaps an old one)
//   ATTESTATION_SIGNER_UNKNOWN, ATTESTATION_SIGNER_UNFIT, ATTESTATION_SIGNATURE_INVALID
//   KEY_NOT_BORN_IN_TPM
//   those of find_endorsement
Result<Verdict> verify_certify(const KeyAttestation& attestation, const Expectation& expected);

}  // namespace chancery::tpm2
