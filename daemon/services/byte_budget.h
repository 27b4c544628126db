// A bound on memory that several requests share.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace chancery::daemon {

// Thread-safe. Shares live as long as whoever holds them; the budget may go first.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t bytes)
      : left_(std::make_shared<std::atomic<std::size_t>>(bytes)) {}

  // Nothing where that much is not left.
  std::shared_ptr<void> take(std::size_t bytes) {
    std::size_t left = left_->load();
    do {
      if (left < bytes) return nullptr;
    } while (!left_->compare_exchange_weak(left, left - bytes));
    return {left_.get(), [counter = left_, bytes](void*) { *counter += bytes; }};
  }

 private:
  std::shared_ptr<std::atomic<std::size_t>> left_;
};

}  // namespace chancery::daemon
