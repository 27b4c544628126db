// A bound within wider bounds: a connection's within its user's within the server's. Thread-safe.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace chancery::daemon {

// Of a wider bound, so much is kept for whoever has no more than `each` of it.
struct ForNewcomers {
  std::size_t kept = 0;
  std::size_t each = 0;
};

class Meter {
 public:
  explicit Meter(std::size_t max, std::shared_ptr<Meter> wider = nullptr,
                 ForNewcomers newcomers = {})
      : max_(max), wider_(std::move(wider)), newcomers_(newcomers) {}

  // All of `amount`, here and in every wider bound, or nothing.
  bool take(std::size_t amount) {
    const std::size_t used_then = used_.fetch_add(amount) + amount;
    if (used_then <= max_ && leaves_newcomers_theirs(used_then, amount)) {
      if (!wider_ || wider_->take(amount)) return true;
    }
    used_.fetch_sub(amount);
    return false;
  }
  void give_back(std::size_t amount) {
    used_.fetch_sub(amount);
    if (wider_) wider_->give_back(amount);
  }
  // May overstate for a moment, while a take() that fails is under way.
  std::size_t used() const { return used_.load(); }
  bool is_full() const { return used() >= max_; }
  // Whether the wider bound has no more for whoever holds this one.
  bool has_all_it_may() const {
    return wider_->is_full() || !leaves_newcomers_theirs(used() + 1, 1);
  }

 private:
  bool leaves_newcomers_theirs(std::size_t used_then, std::size_t amount) const {
    if (used_then <= newcomers_.each || newcomers_.kept == 0) return true;
    return wider_->used() + amount + newcomers_.kept <= wider_->max_;
  }

  const std::size_t max_;
  const std::shared_ptr<Meter> wider_;
  const ForNewcomers newcomers_;
  std::atomic<std::size_t> used_ = 0;
};

// What was taken from a meter; gives itself back.
class Holding {
 public:
  Holding() = default;
  explicit Holding(std::shared_ptr<Meter> meter) : meter_(std::move(meter)) {}
  Holding(Holding&& other) noexcept
      : meter_(std::move(other.meter_)), amount_(std::exchange(other.amount_, 0)) {}
  Holding& operator=(Holding&& other) noexcept {
    release();
    meter_ = std::move(other.meter_);
    amount_ = std::exchange(other.amount_, 0);
    return *this;
  }
  ~Holding() { release(); }

  // Takes what is missing to `amount`; false changes nothing.
  bool grow_to(std::size_t amount) {
    if (amount <= amount_) return true;
    if (!meter_->take(amount - amount_)) return false;
    amount_ = amount;
    return true;
  }
  bool is_empty() const { return amount_ == 0; }
  void release() {
    if (amount_ > 0) meter_->give_back(std::exchange(amount_, 0));
  }

 private:
  std::shared_ptr<Meter> meter_;
  std::size_t amount_ = 0;
};

// What is bounded in each scope.
struct Meters {
  std::shared_ptr<Meter> connections;
  std::shared_ptr<Meter> requests;       // in flight
  std::shared_ptr<Meter> request_bytes;  // arrived and not yet answered
  std::shared_ptr<Meter> unsent_bytes;   // answered and not yet read
};

}  // namespace chancery::daemon
