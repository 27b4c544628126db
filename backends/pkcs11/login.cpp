#include "backends/pkcs11/login.h"

#include <fmt/format.h>

#include "backends/pkcs11/return_value.h"

namespace chancery::pkcs11 {
namespace {

template <std::size_t size>
std::string_view text_of(const unsigned char (&field)[size]) {
  return {reinterpret_cast<const char*>(field), size};
}

bool says_that_it_is_wrong(CK_RV value) {
  return value == CKR_PIN_INCORRECT || value == CKR_PIN_INVALID || value == CKR_PIN_LEN_RANGE;
}

Error locked() {
  return unavailable("PIN_LOCKED",
                     "the token has locked its PIN: its security officer has to set it anew");
}

}  // namespace

Error Login::rejected() const {
  return invalid_request(
      "PIN_REJECTED",
      fmt::format("the token has rejected this PIN: it is not tried again until it changes (or {} "
                  "is deleted)",
                  rejected_->file().string()));
}

Result<void> Login::log_in(const View& view, const CK_TOKEN_INFO& token) {
  if (!pin_) {
    if ((token.flags & CKF_LOGIN_REQUIRED) == 0) return {};
    return invalid_request("PIN_MISSING", "the token wants a PIN: give pin_file or pin_credential");
  }
  token_ = fmt::format("{}{}", text_of(token.label), text_of(token.serialNumber));
  if (rejected_->was(token_, *pin_)) return rejected();
  if ((token.flags & CKF_USER_PIN_LOCKED) != 0) return locked();
  return enter(view, CKU_USER);
}

Result<void> Login::confirm(const View& view) {
  if (!pin_) {
    return invalid_request("PIN_MISSING",
                           "the key wants a PIN each time: give pin_file or pin_credential");
  }
  if (rejected_->was(token_, *pin_)) return rejected();
  return enter(view, CKU_CONTEXT_SPECIFIC);
}

Result<void> Login::enter(const View& view, CK_USER_TYPE user) {
  const Secret copy(to_bytes(pin_->view()));  // a module may write there
  const CK_RV value = view.module->C_Login(
      view.session, user, const_cast<CK_UTF8CHAR*>(copy.view().data()), copy.view().size());
  if (value == CKR_OK || value == CKR_USER_ALREADY_LOGGED_IN) return {};
  if (value == CKR_PIN_LOCKED) return locked();
  if (!says_that_it_is_wrong(value)) return token_failed("C_Login", value);
  TRY(rejected_->remember(token_, *pin_));
  return rejected();
}

}  // namespace chancery::pkcs11
