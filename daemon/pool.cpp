#include "daemon/pool.h"

#include <utility>

namespace chancery::daemon {

Pool::Pool(unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

void Pool::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  std::deque<std::function<void()>> late;  // what it owns goes without the lock
  const std::lock_guard lock(mutex_);
  is_over_ = true;
  late.swap(queue_);
}

void Pool::post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (is_over_) return;
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
}

std::size_t Pool::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Pool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;  // what it owns is freed outside the lock
    lock.lock();
  }
}

}  // namespace chancery::daemon
