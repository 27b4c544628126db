// The TPM's numbers in everybody else's encodings. Pure.
#pragma once

#include <tss2/tss2_tpm2_types.h>

#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace chancery::tpm {

// DER SubjectPublicKeyInfo. Error: corrupt KEY_FILE_DAMAGED (no such point; `what` names it).
Result<Bytes> spki_of(const TPMT_PUBLIC& key, std::string_view what);

// ECDSA in DER, RSA raw. Error: internal SIGNING_FAILED.
Result<Bytes> signature_of(const TPMT_SIGNATURE& signature);

}  // namespace chancery::tpm
