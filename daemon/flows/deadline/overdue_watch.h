// What has left and whose deadline has passed: marked as overdue, and told.
#pragma once

#include "daemon/journal/journal.h"

namespace chancery::daemon {

// On one thread.
class OverdueWatch {
 public:
  // What is late by now is overdue from now on.
  Result<void> look(Journal& journal, WallTime now);

 private:
  bool was_overdue_ = false;
};

}  // namespace chancery::daemon
