// What a TPM's response code means for whoever asked.
#pragma once

#include <tss2/tss2_tpm2_types.h>

#include <string_view>

#include "core/base/result.h"

namespace chancery::tpm {

// `what` was being done: "sign with \"release\"". No signature has left the TPM. Errors:
//   unavailable TPM_CONNECTION_LOST, TPM_HANDLE_LOST, TPM_NOT_STARTED (cured by opening it anew)
//   unavailable TPM_OUT_OF_MEMORY (cured by unloading), TPM_PCRS_MOVED (cured by asking again)
//   unavailable TPM_LOCKED_OUT, TPM_PCRS_DIFFER, TPM_AUTH_WRONG, TPM_FAILED
Error error_of(TSS2_RC code, std::string_view what);

// TPM_HANDLE_LOST.
Error handle_lost(std::string_view what);

// Whether the TPM refused the authorisation value that it was given.
bool is_auth_refused(TSS2_RC code);

// Nothing where the code is success.
Result<void> check(TSS2_RC code, std::string_view what);

// Whether there is nothing under the handle or index that was named.
bool is_unknown_handle(TSS2_RC code);

// Whether the TPM found fault with what it was given to load. Then blob_refused(): corrupt
// KEY_FILE_DAMAGED.
bool is_about_parameter(TSS2_RC code);
Error blob_refused(TSS2_RC code, std::string_view what);

// Whether the TPM found that it was altered, or belongs to something else.
bool is_about_integrity(TSS2_RC code);

// Whether to drop all handles and sessions, open the TPM anew and try once more. Never where an
// authorisation was refused: each try counts.
bool is_cured_by_reopening(const Error& error);

}  // namespace chancery::tpm
