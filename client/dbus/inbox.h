// What other threads have for the bus's thread to do: all that touches the bus is done there.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "wire/descriptor.h"

namespace chancery::client {

class Inbox {
 public:
  using Task = std::function<void()>;

  Inbox();

  // Any thread.
  void post(Task task);

  // The bus's thread: what becomes readable when there is a task, and doing them all.
  const wire::Descriptor& descriptor() const { return descriptor_; }
  void work();

 private:
  const wire::Descriptor descriptor_;
  std::mutex mutex_;
  std::vector<Task> tasks_;
};

}  // namespace chancery::client
