#include "daemon/flows/deadline/overdue_watch.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/note.h"

namespace chancery::daemon {

Result<void> OverdueWatch::look(Journal& journal, WallTime now) {
  Result<void> marked = mark(journal, now);
  const std::lock_guard lock(mutex_);
  trouble_ = marked.ok() ? std::nullopt : std::optional(marked.error());
  return marked;
}

// A damaged row may be the one that says that a profile has broken its promise.
Result<void> OverdueWatch::check() const {
  const std::lock_guard lock(mutex_);
  if (!trouble_) return {};
  Error error = *trouble_;
  error.message = fmt::format(
      "what is overdue cannot be marked, so nothing more leaves by a deadline: {}", error.message);
  return error;
}

// Told once when it begins, each time when there are more, and once when it is over.
Result<void> OverdueWatch::mark(Journal& journal, WallTime now) {
  const Released before = TRY(journal.count_released());
  if (before.unrecorded > before.overdue) {
    const std::vector<RequestId> late = TRY(journal.record_overdue(now));
    if (!late.empty()) {
      note(Priority::error,
           fmt::format("overdue: {} of the signatures that have left; their logs have not recorded "
                       "them in time, and their profiles sign nothing new until that is done",
                       before.overdue + late.size()));
      was_overdue_ = true;
      return {};
    }
  }
  if (std::exchange(was_overdue_, before.overdue != 0) && before.overdue == 0) {
    note(Priority::notice, "no signature is overdue any more");
  }
  return {};
}

}  // namespace chancery::daemon
