// A token that has been found and opened: sessions, login, keys.
#pragma once

#include "backends/pkcs11/key_search.h"
#include "backends/pkcs11/login.h"

namespace chancery::pkcs11 {

// Good until the module is finalised, which closes everything.
struct Connection {
  TokenFacts token;
  std::vector<CK_SESSION_HANDLE> sessions;  // at least one
  Keys keys;
};

// Opens up to `sessions_max` sessions on the one token that fits. Needs an initialised module.
// Errors: as backends/pkcs11/pkcs11.h's `open`.
Result<Connection> connect(const Module& module, const Options& options, Login& login,
                           std::size_t sessions_max);

// A session for making keys, closed with this object.
class WritingSession {
 public:
  // Errors: unavailable TOKEN_SESSIONS_FULL, TOKEN_FAILED.
  static Result<WritingSession> open(const Module& module, CK_SLOT_ID slot);
  ~WritingSession();
  WritingSession(WritingSession&& other) noexcept;
  WritingSession& operator=(WritingSession&&) = delete;
  View view() const { return {*module_, session_}; }

 private:
  WritingSession(const Module& module, CK_SESSION_HANDLE session)
      : module_(&module), session_(session) {}
  const Module* module_;
  CK_SESSION_HANDLE session_;
};

}  // namespace chancery::pkcs11
