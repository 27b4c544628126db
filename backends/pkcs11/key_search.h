// The keys of a token that the configuration means.
#pragma once

#include <map>

#include "backends/pkcs11/objects.h"
#include "backends/pkcs11/options.h"

namespace chancery::pkcs11 {

struct KeyObject {
  KeyInfo info;
  CK_OBJECT_HANDLE handle;
  bool always_authenticate;  // it wants the PIN for each signature
};
struct Keys {
  std::map<std::string, KeyObject, std::less<>> usable;
  std::vector<UnusableKey> unusable;
};

// What a search needs to know of the token.
struct TokenFacts {
  CK_SLOT_ID slot;
  CK_TOKEN_INFO info;
  std::vector<CK_MECHANISM_TYPE> mechanisms;
};

// Those that options.keys names, or else every one that can sign, by its label. One that is not
// there is left out; unusable are those with KEY_AMBIGUOUS (two keys fit one name) and
// KEY_UNSUPPORTED. Errors: invalid_request TOO_MANY_KEYS; unavailable TOKEN_FAILED.
Result<Keys> find_keys(const View& view, const TokenFacts& token, const Options& options);

}  // namespace chancery::pkcs11
