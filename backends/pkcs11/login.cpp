#include "backends/pkcs11/login.h"

#include <fmt/format.h>

#include "backends/pkcs11/return_value.h"
#include "core/base/limits/key_hosts.h"

namespace chancery::pkcs11 {
namespace {

template <std::size_t size>
std::string_view text_of(const unsigned char (&field)[size]) {
  return {reinterpret_cast<const char*>(field), size};
}

bool says_that_it_is_wrong(CK_RV value) {
  return value == CKR_PIN_INCORRECT || value == CKR_PIN_INVALID || value == CKR_PIN_LEN_RANGE;
}

// Whether the token has counted a wrong PIN since the last right one; not every token tells.
bool has_counted(const CK_TOKEN_INFO& token) {
  constexpr CK_FLAGS counted =
      CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED;
  return (token.flags & counted) != 0;
}

CK_TOKEN_INFO now(const View& view) {
  CK_SESSION_INFO session{};
  CK_TOKEN_INFO token{};
  if (view.module->C_GetSessionInfo(view.session, &session) != CKR_OK ||
      view.module->C_GetTokenInfo(session.slotID, &token) != CKR_OK) {
    return {};
  }
  return token;
}

Error rejected(const std::filesystem::path& file) {
  return invalid_request(
      "PIN_REJECTED",
      fmt::format("the token has rejected this PIN: it is not tried again until it changes (or {} "
                  "is deleted)",
                  file.string()));
}

Error unanswered_too_often(std::uint32_t times, const std::filesystem::path& file) {
  return invalid_request(
      "PIN_UNANSWERED",
      fmt::format("the module died or hung {} times when it was given this PIN, and the token may "
                  "have counted each: it is not tried again until it changes (or {} is deleted)",
                  times, file.string()));
}

Error locked() {
  return unavailable("PIN_LOCKED",
                     "the token has locked its PIN: its security officer has to set it anew");
}

}  // namespace

Result<void> Login::remember_rejection() {
  TRY(rejected_->remember_rejected(token_, pin_->view()));
  return rejected(rejected_->file());
}

// Whether this PIN may be tried, by how its last try ended: a wrong one counts, answered or not.
Result<void> Login::check_last_try(const CK_TOKEN_INFO& token) {
  if (rejected_->was_rejected(token_, pin_->view())) return rejected(rejected_->file());
  const std::uint32_t unanswered = rejected_->unanswered_tries(token_, pin_->view());
  if (unanswered > 0 && has_counted(token)) return remember_rejection();
  if (unanswered >= limits::pin_tries_unanswered_max) {
    return unanswered_too_often(unanswered, rejected_->file());
  }
  return {};
}

Result<void> Login::log_in(const View& view, const CK_TOKEN_INFO& token) {
  if (!pin_) {
    if ((token.flags & CKF_LOGIN_REQUIRED) == 0) return {};
    return invalid_request("PIN_MISSING", "the token wants a PIN: give pin_file or pin_credential");
  }
  token_ = fmt::format("{}{}", text_of(token.label), text_of(token.serialNumber));
  TRY(check_last_try(token));
  if ((token.flags & CKF_USER_PIN_LOCKED) != 0) return locked();
  TRY(rejected_->begin_try(token_, pin_->view()));
  const Result<void> entered = enter(view, CKU_USER);
  // Some modules say it in numbers of their own.
  const bool is_unclear = !entered.ok() && entered.error().reason == "TOKEN_FAILED";
  if (is_unclear && !has_counted(token) && has_counted(now(view))) return remember_rejection();
  if (!rejected_->was_rejected(token_, pin_->view())) rejected_->end_try();
  return entered;
}

Result<void> Login::confirm(const View& view) {
  if (!pin_) {
    return invalid_request("PIN_MISSING",
                           "the key wants a PIN each time: give pin_file or pin_credential");
  }
  if (rejected_->was_rejected(token_, pin_->view())) return rejected(rejected_->file());
  return enter(view, CKU_CONTEXT_SPECIFIC);
}

Result<void> Login::enter(const View& view, CK_USER_TYPE user) {
  const Secret copy(to_bytes(pin_->view()));  // a module may write there
  const CK_RV value = view.module->C_Login(
      view.session, user, const_cast<CK_UTF8CHAR*>(copy.view().data()), copy.view().size());
  if (value == CKR_OK || value == CKR_USER_ALREADY_LOGGED_IN) return {};
  if (value == CKR_PIN_LOCKED) return locked();
  if (!says_that_it_is_wrong(value)) return token_failed("C_Login", value);
  return remember_rejection();
}

}  // namespace chancery::pkcs11
