// A TPM's key in a file: "TSS2 PRIVATE KEY", the PEM form that tpm2-openssl and others share
// (TPM 2.0 Key Files, draft-woodhouse-cert-tpm2). Only the TPM that made it can open it.
#pragma once

#include <tss2/tss2_tpm2_types.h>

#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace chancery::tpm {

// What has to hold besides, or instead of, the authorisation value, in this order.
struct KeyPolicy {
  std::optional<TPML_PCR_SELECTION> pcrs;
  bool auth_value = false;
};

struct KeyBlob {
  bool has_auth_value = false;
  std::uint32_t parent = TPM2_RH_OWNER;  // the standard storage key, or a persistent handle
  std::optional<KeyPolicy> policy;
  TPM2B_PUBLIC public_area{};
  TPM2B_PRIVATE private_area{};
};

// Strict: no byte is left over. `what` names the file in messages. Errors: invalid_request
// KEY_FILE_UNSUPPORTED; corrupt KEY_FILE_DAMAGED.
Result<KeyBlob> decode_key_blob(ByteView pem, std::string_view what);
// Error: internal KEY_ENCODING_FAILED.
Result<std::string> encode_key_blob(const KeyBlob& blob);

}  // namespace chancery::tpm
