// A token that has been found and opened: sessions, login, keys.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "backends/pkcs11/key_search.h"
#include "backends/pkcs11/login.h"
#include "core/base/deadline.h"

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

// The sessions of a connection, lent to whoever signs. Thread-safe. After a repair there may be
// fewer sessions than threads: then they take turns.
class SessionPool {
 public:
  // One session, of nobody else until this object goes.
  class Loan {
   public:
    Loan(SessionPool& pool, CK_SESSION_HANDLE session) : pool_(&pool), session_(session) {}
    ~Loan() {
      if (pool_ != nullptr) pool_->take_back(session_);
    }
    Loan(Loan&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), session_(other.session_) {}
    Loan& operator=(Loan&&) = delete;
    CK_SESSION_HANDLE session() const { return session_; }

   private:
    SessionPool* pool_;
    CK_SESSION_HANDLE session_;
  };

  // In place of those before, while nobody has one.
  void fill(std::vector<CK_SESSION_HANDLE> sessions);
  // Waits for one; nothing where the deadline passes first.
  std::optional<Loan> borrow(Deadline deadline);

 private:
  void take_back(CK_SESSION_HANDLE session);

  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<CK_SESSION_HANDLE> free_;
};

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
