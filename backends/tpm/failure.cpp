#include "backends/tpm/failure.h"

#include <fmt/format.h>
#include <tss2/tss2_rc.h>

namespace chancery::tpm {
namespace {

// TPM 2.0 Part 1, "Response codes": bit 7 marks a format-one code, which says by bits 6 and 8 to 11
// which parameter, handle or session it is about.
constexpr TSS2_RC format_one = 0x080;
constexpr TSS2_RC about_parameter = 0x040;
constexpr TSS2_RC about_session = 0x800;
constexpr TSS2_RC subject = 0x700;
constexpr TSS2_RC format_one_code = 0x0bf;

// A resource manager repeats the TPM's codes, and has some of its own of the same meaning, in other
// layers.
bool is_of_tpm(TSS2_RC code) {
  const TSS2_RC layer = code & TSS2_RC_LAYER_MASK;
  return layer == TSS2_TPM_RC_LAYER || layer == TSS2_RESMGR_RC_LAYER ||
         layer == TSS2_RESMGR_TPM_RC_LAYER;
}

Error failed(TSS2_RC code, std::string_view what) {
  return unavailable("TPM_FAILED", fmt::format("cannot {}: the TPM answers 0x{:x} ({})", what, code,
                                               Tss2_RC_Decode(code)));
}

Error error_of_format_one(TSS2_RC code, std::string_view what) {
  const bool about_handle =
      (code & (about_parameter | about_session)) == 0 && (code & subject) != 0;
  switch (code & format_one_code) {
    case TPM2_RC_AUTH_FAIL:
    case TPM2_RC_BAD_AUTH:
      return unavailable("TPM_AUTH_WRONG",
                         fmt::format("cannot {}: the TPM refuses the authorisation value "
                                     "(auth_file, auth_credential); it is not tried again until "
                                     "it changes",
                                     what));
    case TPM2_RC_POLICY_FAIL:
      return unavailable("TPM_PCRS_DIFFER",
                         fmt::format("cannot {}: the PCRs are not what the key is bound to", what));
    case TPM2_RC_VALUE:
    case TPM2_RC_HANDLE:
      return about_handle ? handle_lost(what) : failed(code, what);
    default:
      return failed(code, what);
  }
}

Error error_of_format_zero(TSS2_RC code, std::string_view what) {
  switch (code) {
    case TPM2_RC_INITIALIZE:
      return unavailable("TPM_NOT_STARTED",
                         fmt::format("cannot {}: the TPM was reset and not started", what));
    case TPM2_RC_LOCKOUT:
      return unavailable(
          "TPM_LOCKED_OUT",
          fmt::format("cannot {}: too many wrong authorisation values, so the TPM refuses right "
                      "ones too for a while (dictionary attack lockout): wait, or reset it with "
                      "tpm2_dictionarylockout --clear-lockout",
                      what));
    case TPM2_RC_OBJECT_MEMORY:
    case TPM2_RC_SESSION_MEMORY:
    case TPM2_RC_MEMORY:
    case TPM2_RC_SESSION_HANDLES:
    case TPM2_RC_OBJECT_HANDLES:
      return unavailable("TPM_OUT_OF_MEMORY",
                         fmt::format("cannot {}: the TPM's memory is full of other programs' keys "
                                     "or sessions: share it by a resource manager (/dev/tpmrm0)",
                                     what));
    case TPM2_RC_PCR_CHANGED:
      return unavailable("TPM_PCRS_MOVED", fmt::format("cannot {}: a PCR changed meanwhile", what));
    default:
      break;
  }
  const bool is_reference = code >= TPM2_RC_REFERENCE_H0 && code <= TPM2_RC_REFERENCE_S6;
  return is_reference ? handle_lost(what) : failed(code, what);
}

}  // namespace

Error handle_lost(std::string_view what) {
  return unavailable("TPM_HANDLE_LOST",
                     fmt::format("cannot {}: the TPM no longer knows the key or session: it was "
                                 "reset, or somebody else removed it",
                                 what));
}

Error error_of(TSS2_RC code, std::string_view what) {
  if (!is_of_tpm(code)) {
    // The library's own layers: no connection, a cut or forged answer, a handle it has dropped.
    return unavailable("TPM_CONNECTION_LOST",
                       fmt::format("cannot {}: {} (0x{:x})", what, Tss2_RC_Decode(code), code));
  }
  const TSS2_RC own = code & 0xfff;
  return (own & format_one) != 0 ? error_of_format_one(own, what) : error_of_format_zero(own, what);
}

Result<void> check(TSS2_RC code, std::string_view what) {
  if (code == TSS2_RC_SUCCESS) return {};
  return error_of(code, what);
}

bool is_auth_refused(TSS2_RC code) {
  const TSS2_RC own = code & format_one_code;
  return is_of_tpm(code) && (code & format_one) != 0 &&
         (own == TPM2_RC_AUTH_FAIL || own == TPM2_RC_BAD_AUTH);
}

bool is_unknown_handle(TSS2_RC code) {
  return is_of_tpm(code) && (code & (format_one | about_parameter)) == format_one &&
         (code & format_one_code) == TPM2_RC_HANDLE;
}

bool is_about_parameter(TSS2_RC code) {
  constexpr TSS2_RC both = format_one | about_parameter;
  return is_of_tpm(code) && (code & both) == both;
}

bool is_about_integrity(TSS2_RC code) {
  return is_about_parameter(code) && (code & format_one_code) == TPM2_RC_INTEGRITY;
}

Error blob_refused(TSS2_RC code, std::string_view what) {
  return corrupt("KEY_FILE_DAMAGED",
                 fmt::format("cannot {}: it is damaged, or was made in another TPM, or before this "
                             "one was cleared (0x{:x})",
                             what, code));
}

bool is_cured_by_reopening(const Error& error) {
  return error.reason == "TPM_CONNECTION_LOST" || error.reason == "TPM_HANDLE_LOST" ||
         error.reason == "TPM_NOT_STARTED";
}

}  // namespace chancery::tpm
