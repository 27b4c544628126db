#include "daemon/flows/archive/retention.h"

#include <fmt/format.h>

#include "core/base/limits/times.h"
#include "core/base/rfc3339.h"
#include "daemon/journal/time_setting.h"
#include "daemon/note.h"

namespace chancery::daemon {
namespace {

// Set whenever something may be forgotten.
constexpr std::string_view believed_setting = "clock_believed_at";

Error ahead(WallTime believed, WallTime now) {
  return unavailable(
      "CLOCK_AHEAD",
      fmt::format("the clock says {}, {} days after {}, when the daemon looked at it last: nothing "
                  "old is removed from archive and audit",
                  format_rfc3339(now),
                  std::chrono::floor<std::chrono::days>(now - believed).count(),
                  format_rfc3339(believed)));
}

// However often it is looked: a leap of half the time that is kept takes nothing that is newer
// than half of it.
std::chrono::seconds leap_max(const Config& config) {
  return std::min<std::chrono::seconds>(limits::clock_leap_max, config.archive_life / 2);
}

}  // namespace

bool ClockDoubt::ends(WallTime believed, WallTime now, std::chrono::seconds leap_max,
                      Time steady_now) {
  if (now - believed <= leap_max) {
    since_.reset();
    return true;
  }
  if (!since_) since_ = steady_now;
  if (steady_now - *since_ < limits::clock_doubt_max) return false;
  since_.reset();
  return true;
}

Result<bool> Retention::believes(const Parts& parts, WallTime now) {
  const std::optional<WallTime> believed = TRY(time_setting(parts.journal, believed_setting));
  if (believed &&
      !doubt_.ends(*believed, now, leap_max(*parts.config.get()), Deadline::Clock::now())) {
    parts.alarms.raise(alarm_names::clock, ahead(*believed, now),
                       "Set the clock. If it is right, as after a long stop, there is nothing to "
                       "do: the alarm ends when the daemon has run for a day.");
    return false;
  }
  parts.alarms.clear(alarm_names::clock);
  // A clock that was set back is none that was ahead.
  const WallTime latest = std::max(now, believed.value_or(now));
  TRY(set_time_setting(parts.journal, believed_setting, latest));
  return true;
}

void Retention::forget_old(const Parts& parts) {
  const std::shared_ptr<const Config> config = parts.config.get();
  const WallTime now = parts.now();
  const Result<bool> believed = believes(parts, now);
  if (believed.ok() && !*believed) return;
  const auto forget_archive = [&]() -> Result<void> {
    TRY(believed);
    const std::vector<Sha256> payloads =
        TRY(parts.journal.forget_before(now - config->archive_life));
    return parts.payloads.remove(payloads, named_in(parts.journal));
  };
  const auto forget_audit = [&]() -> Result<void> {
    TRY(believed);
    return parts.journal.forget_audit_before(now - config->audit_life);
  };
  const auto tell = [](std::string_view what, const Result<void>& forgotten) {
    if (forgotten.ok()) return;
    note(Priority::warning,
         fmt::format("the {} keeps more than it should: {}", what, forgotten.error().message));
  };
  tell("audit", forget_audit());
  tell("archive", forget_archive());
}

}  // namespace chancery::daemon
