// What a module's answer means to us.
#pragma once

#include <p11-kit/p11-kit.h>

#include <string>
#include <string_view>

#include "core/base/error.h"

namespace chancery::pkcs11 {

// "C_Login: The password or PIN is incorrect (0xa0)".
std::string describe(std::string_view call, CK_RV value);

// unavailable TOKEN_FAILED, for a call by which nothing was signed.
Error token_failed(std::string_view call, CK_RV value);

// unavailable TOKEN_REFUSED: the token is there, and would not sign.
Error token_refused(std::string_view call, CK_RV value);

// Whether the session, the login or the whole token may be gone, so that opening it anew may help.
// Tokens disagree about the value: SoftHSM says OBJECT_HANDLE_INVALID for a vanished token, others
// GENERAL_ERROR after a logout.
bool may_be_lost(CK_RV value);

// Whether C_Sign, answering this, cannot have signed: it says so of the time before it began.
bool cannot_have_signed(CK_RV value);

}  // namespace chancery::pkcs11
