// The sessions of a token, lent to whoever signs.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "backends/pkcs11/objects.h"
#include "core/base/deadline.h"

namespace chancery::pkcs11 {

// Thread-safe. After a repair there may be fewer sessions than threads: then they take turns.
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

}  // namespace chancery::pkcs11
