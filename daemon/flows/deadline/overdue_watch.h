// What has left and whose deadline has passed: marked as overdue, and told.
#pragma once

#include <mutex>
#include <optional>

#include "daemon/journal/journal.h"

namespace chancery::daemon {

class OverdueWatch {
 public:
  // What is late by now is overdue from now on. On one thread.
  Result<void> look(Journal& journal, WallTime now);
  // Whether the last look marked all that it had to; else its error, for whoever would sign more by
  // a deadline. Thread-safe.
  Result<void> check() const;

 private:
  Result<void> mark(Journal& journal, WallTime now);

  bool was_overdue_ = false;
  mutable std::mutex mutex_;
  std::optional<Error> trouble_;  // of the last look
};

}  // namespace chancery::daemon
