#include "daemon/finisher/troubles.h"

#include <fmt/format.h>

#include "daemon/note.h"

namespace chancery::daemon {

void Troubles::tell(audit::TroubleKind kind, const Error& error) {
  const auto index = static_cast<std::size_t>(kind);
  if ((*told_)[index].exchange(true)) return;
  journal_.record_remote_trouble(
      id_, {destination_, kind, error}, [told = told_, index](const Result<void>& recorded) {
        if (recorded.ok()) return;
        (*told)[index] = false;  // the next try tells it
        note(Priority::warning,
             fmt::format("the audit: a trouble is not recorded: {}", recorded.error().message));
      });
}

void Troubles::tell_alarm(const Error& error) {
  if (error.code == ErrorCode::corrupt) tell(audit::TroubleKind::alarm, error);
}

}  // namespace chancery::daemon
