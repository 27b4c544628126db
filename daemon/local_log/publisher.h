// Lets the files follow the signed trees, once an interval.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "daemon/alarms/alarms.h"
#include "daemon/local_log/projector.h"

namespace chancery::daemon {

// Thread-safe; its own thread works, and only while the files are behind. An alarm stands while
// they cannot follow. Borrows the alarms.
class Publisher {
 public:
  Publisher(Projector projector, std::chrono::milliseconds interval, SignedTree newest,
            Alarms& alarms);
  ~Publisher() { stop(); }

  void publish_later(const SignedTree& newest);
  std::uint64_t published_size() const;
  std::optional<Error> trouble() const;        // why the files cannot follow
  std::uint64_t tries() const;                 // to write, failed ones too
  bool is_still() const { return is_still_; }  // while while_still() copies

  // At once, up to the newest signed tree. Error: unavailable LOG_FILES_BEHIND.
  Result<void> flush(Deadline deadline);
  // The files as they are once they have followed, where they can; nothing changes them meanwhile.
  Result<void> while_still(const std::function<Result<void>(const Projection&)>& copy);
  void stop();  // publishes what is signed, if the first try succeeds

 private:
  void run();
  Result<void> publish();
  Result<void> project_newest();  // while `projecting_` is held
  void tell(const Result<void>& published);
  // After a crash the files may have come further than the journal knows.
  bool is_behind() const { return std::min(checkpoint_size_, published_size_) < newest_.tree.size; }

  const std::chrono::milliseconds interval_;
  Alarms& alarms_;

  std::mutex projecting_;  // held while files change, or must not
  Projector projector_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  SignedTree newest_;
  std::uint64_t published_size_;   // tiles and bundles
  std::uint64_t checkpoint_size_;  // the checkpoint over them
  std::optional<Error> trouble_;
  std::uint64_t tries_ = 0;
  std::atomic<bool> is_still_ = false;
  unsigned hurried_ = 0;  // flushes that wait
  bool is_stopping_ = false;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace chancery::daemon
