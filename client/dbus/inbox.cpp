#include "client/dbus/inbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "core/base/result.h"

namespace chancery::client {

Inbox::Inbox() : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  CHANCERY_ASSERT(descriptor_.is_open());
}

void Inbox::post(Task task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  const std::uint64_t one = 1;
  if (tasks_.size() == 1) (void)!::write(descriptor_.number(), &one, sizeof(one));
}

void Inbox::work() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    std::uint64_t count = 0;
    (void)!::read(descriptor_.number(), &count, sizeof(count));
    tasks = std::exchange(tasks_, {});
  }
  for (const Task& task : tasks) task();
}

}  // namespace chancery::client
