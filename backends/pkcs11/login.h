// The PIN of a token, and when it may be tried.
#pragma once

#include <optional>

#include "backends/pkcs11/objects.h"
#include "backends/rejected_secret.h"
#include "backends/secret.h"

namespace chancery::pkcs11 {

// In the backend's directory.
inline constexpr std::string_view rejected_pin_file = "rejected-pin";

// Guarded by its owner. The PIN stays in memory, for a key with CKA_ALWAYS_AUTHENTICATE wants it
// for each signature.
class Login {
 public:
  Login(std::optional<Secret> pin, std::optional<RejectedSecret> rejected)
      : pin_(std::move(pin)), rejected_(std::move(rejected)) {}

  // For the whole application; once logged in, every session is. Errors: invalid_request
  // PIN_MISSING, PIN_REJECTED, PIN_UNANSWERED; unavailable PIN_LOCKED, TOKEN_FAILED.
  Result<void> log_in(const View& view, const CK_TOKEN_INFO& token);
  // For the one signature that has been begun in this session. Errors: as above.
  Result<void> confirm(const View& view);

 private:
  Result<void> check_last_try(const CK_TOKEN_INFO& token);
  Result<void> enter(const View& view, CK_USER_TYPE user);
  Result<void> remember_rejection();

  std::optional<Secret> pin_;
  std::optional<RejectedSecret> rejected_;  // there is one where there is a PIN
  std::string token_;                       // its label and serial number
};

}  // namespace chancery::pkcs11
