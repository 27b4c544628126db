// A few threads that run short pieces of work: parse, decide, verify, assemble.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace chancery::daemon {

// Work must not block on a device, a disk or a network: those have their own threads.
class Pool {
 public:
  explicit Pool(unsigned threads);
  ~Pool() { stop(); }

  // Runs what is queued, then ends: what is posted from then on is dropped. Not on a pool thread.
  void stop();

  // Runs `work` soon. What may be queued is bounded by requests_in_flight_max.
  void post(std::function<void()> work);
  std::size_t waiting() const;

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool is_stopping_ = false;
  bool is_over_ = false;  // no thread is left
  std::vector<std::thread> threads_;
};

}  // namespace chancery::daemon
