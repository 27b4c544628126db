#include "backends/pkcs11/return_value.h"

#include <fmt/format.h>

namespace chancery::pkcs11 {

std::string describe(std::string_view call, CK_RV value) {
  return fmt::format("{}: {} ({:#x})", call, p11_kit_strerror(value), value);
}

Error token_failed(std::string_view call, CK_RV value) {
  return unavailable("TOKEN_FAILED", "the token failed: " + describe(call, value));
}

Error token_refused(std::string_view call, CK_RV value) {
  return unavailable("TOKEN_REFUSED", "the token refuses to sign: " + describe(call, value));
}

bool may_be_lost(CK_RV value) {
  switch (value) {
    case CKR_HOST_MEMORY:
    case CKR_SLOT_ID_INVALID:
    case CKR_GENERAL_ERROR:
    case CKR_FUNCTION_FAILED:
    case CKR_DEVICE_ERROR:
    case CKR_DEVICE_MEMORY:
    case CKR_DEVICE_REMOVED:
    case CKR_KEY_HANDLE_INVALID:
    case CKR_OBJECT_HANDLE_INVALID:
    case CKR_OPERATION_ACTIVE:
    case CKR_OPERATION_NOT_INITIALIZED:
    case CKR_SESSION_CLOSED:
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_TOKEN_NOT_RECOGNIZED:
    case CKR_USER_NOT_LOGGED_IN:
    case CKR_CRYPTOKI_NOT_INITIALIZED:
      return true;
    default:
      return false;
  }
}

// Not SESSION_CLOSED and DEVICE_REMOVED: PKCS#11 gives them also for what happens meanwhile.
bool cannot_have_signed(CK_RV value) {
  switch (value) {
    case CKR_ARGUMENTS_BAD:
    case CKR_DATA_INVALID:
    case CKR_DATA_LEN_RANGE:
    case CKR_FUNCTION_NOT_SUPPORTED:
    case CKR_KEY_HANDLE_INVALID:
    case CKR_OBJECT_HANDLE_INVALID:
    case CKR_OPERATION_NOT_INITIALIZED:
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_USER_NOT_LOGGED_IN:
    case CKR_BUFFER_TOO_SMALL:
    case CKR_CRYPTOKI_NOT_INITIALIZED:
      return true;
    default:
      return false;
  }
}

}  // namespace chancery::pkcs11
