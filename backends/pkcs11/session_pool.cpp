#include "backends/pkcs11/session_pool.h"

namespace chancery::pkcs11 {

void SessionPool::fill(std::vector<CK_SESSION_HANDLE> sessions) {
  const std::lock_guard lock(mutex_);
  free_ = std::move(sessions);
}

std::optional<SessionPool::Loan> SessionPool::borrow(Deadline deadline) {
  std::unique_lock lock(mutex_);
  if (!returned_.wait_until(lock, deadline.when(), [this] { return !free_.empty(); })) {
    return std::nullopt;
  }
  const CK_SESSION_HANDLE session = free_.back();
  free_.pop_back();
  return Loan(*this, session);
}

void SessionPool::take_back(CK_SESSION_HANDLE session) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(session);
  }
  returned_.notify_one();
}

}  // namespace chancery::pkcs11
