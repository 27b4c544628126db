// Which keys are made, and what one that was made can do. Pure.
#pragma once

#include <tss2/tss2_tpm2_types.h>

#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/algorithm.h"

namespace chancery::tpm {

// The storage key that is made anew from the owner's seed, always the same: the parent that key
// files name as TPM2_RH_OWNER.
TPM2B_PUBLIC storage_key_template();

// The key that signs what the TPM says itself and nothing else; made anew from the endorsement
// seed, always the same.
TPM2B_PUBLIC attestation_key_template();

// TCG EK Credential Profile B.3.3 (L-1): the RSA-2048 endorsement key, that of the certificate
// under NV index 0x1c00002; and B.3.4 (L-2): the P-256 one, under 0x1c0000a.
TPM2B_PUBLIC rsa_endorsement_key_template();
TPM2B_PUBLIC p256_endorsement_key_template();

struct KeyRules {
  TPM2B_DIGEST policy{};         // empty: the authorisation value alone
  bool guards_guessing = false;  // wrong values count towards the TPM's lockout
};
// A key that signs one way only, cannot leave this TPM and was born in it. Takes
// tpm::is_supported().
TPM2B_PUBLIC signing_key_template(Algorithm algorithm, const KeyRules& rules);

// How a key signs: as its own scheme says, or as Chancery's default for its type. Errors:
// invalid_request KEY_FILE_UNSUPPORTED (`what` names it).
Result<Algorithm> algorithm_of(const TPMT_PUBLIC& key, std::string_view what);

TPMT_SIG_SCHEME scheme_of(Algorithm algorithm);

// PCRs of the SHA-256 bank, each 0 to 23.
TPML_PCR_SELECTION selection_of(const std::vector<unsigned>& pcrs);

}  // namespace chancery::tpm
