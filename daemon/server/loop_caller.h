// How other threads ask the event loop to look at a connection.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "wire/descriptor.h"

namespace chancery::daemon {

// Connections are named by number, since the one meant may be gone by then.
class LoopCaller {
 public:
  LoopCaller() : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

  // Becomes readable when somebody has called. Not open when the host has no descriptor left.
  const wire::Descriptor& descriptor() const { return descriptor_; }

  void call(std::uint64_t connection) {
    const std::lock_guard lock(mutex_);
    called_.push_back(connection);
    const std::uint64_t one = 1;
    if (called_.size() == 1) (void)!::write(descriptor_.number(), &one, sizeof(one));
  }
  std::vector<std::uint64_t> take() {
    const std::lock_guard lock(mutex_);
    std::uint64_t count = 0;
    (void)!::read(descriptor_.number(), &count, sizeof(count));
    return std::exchange(called_, {});
  }

 private:
  const wire::Descriptor descriptor_;
  std::mutex mutex_;
  std::vector<std::uint64_t> called_;
};

}  // namespace chancery::daemon
