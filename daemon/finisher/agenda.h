// The finisher's one thread: does what is posted, now or at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "core/base/deadline.h"

namespace chancery::daemon {

// Thread-safe.
class Agenda {
 public:
  using Time = Deadline::Clock::time_point;

  Agenda();
  ~Agenda() { stop(); }
  // After the work in hand. What else was posted, and is posted later, is not done.
  void stop();

  void post(std::function<void()> work) { post_at(Deadline::Clock::now(), std::move(work)); }
  void post_at(Time when, std::function<void()> work);

  std::uint64_t done() const { return done_; }
  std::size_t due() const;  // that could be done now

 private:
  void run();

  std::atomic<std::uint64_t> done_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::multimap<Time, std::function<void()>> items_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace chancery::daemon
