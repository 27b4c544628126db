// A value that is made when it is first asked for.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "core/base/result.h"

namespace chancery {

// Copies share it. Any thread: where two ask at once, both make it and one is kept, so `make` must
// give each the same. What fails has failed for all, but for want of memory (std::bad_alloc), which
// the next caller may have.
template <typename T>
class OnDemand {
 public:
  using Make = std::function<Result<T>()>;

  explicit OnDemand(Make make) : state_(std::make_shared<State>()) {
    state_->make = std::move(make);
  }
  OnDemand(T value) : OnDemand([value = std::move(value)] { return Result<T>(value); }) {}

  const Result<T>& get() const {
    const Result<T>* kept = state_->made.load(std::memory_order_acquire);
    if (kept != nullptr) return *kept;
    auto made = std::make_unique<const Result<T>>(state_->make());
    if (state_->made.compare_exchange_strong(kept, made.get(), std::memory_order_acq_rel)) {
      return *made.release();
    }
    return *kept;
  }

 private:
  struct State {
    ~State() { delete made.load(); }
    Make make;
    std::atomic<const Result<T>*> made = nullptr;
  };
  std::shared_ptr<State> state_;
};

}  // namespace chancery
