#include "daemon/finisher/agenda.h"

#include <iterator>

namespace chancery::daemon {

Agenda::Agenda() : thread_([this] { run(); }) {}

void Agenda::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Agenda::post_at(Time when, std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    items_.emplace(when, std::move(work));
  }
  wake_.notify_all();
}

std::size_t Agenda::due() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::distance(items_.begin(), items_.upper_bound(Deadline::Clock::now())));
}

void Agenda::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (items_.empty()) {
      wake_.wait(lock);
      continue;
    }
    const Time first = items_.begin()->first;
    if (first > Deadline::Clock::now()) {
      wake_.wait_until(lock, first);
      continue;
    }
    auto item = items_.extract(items_.begin());
    lock.unlock();
    item.mapped()();
    item = {};  // what it owns goes without the lock, too
    done_ += 1;
    lock.lock();
  }
}

}  // namespace chancery::daemon
