#include "client/doctor/daemon_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/admin/status_report.h"
#include "core/base/limits/command.h"

namespace chancery::client {
namespace {

using std::chrono::seconds;

// Clocks of two hosts differ by less; this one's daemon runs beside us.
constexpr seconds clock_difference_max{5};

std::chrono::sys_seconds at(std::int64_t unix_seconds) {
  return std::chrono::sys_seconds(seconds(unix_seconds));
}

Finding check_version(const v1::StatusReply& status, std::string_view own_version) {
  if (status.version() == own_version)
    return {Health::well, "daemon", "answers, " + status.version()};
  return {Health::look, "daemon",
          fmt::format("answers; it is {}, and this command {}", status.version(), own_version),
          "Restart it, so that it is the version that is installed: systemctl restart chanceryd."};
}

Finding check_configuration(const v1::StatusReply& status) {
  if (status.configuration_error().empty()) {
    return {Health::well, "configuration", status.configuration()};
  }
  return {Health::ill, "configuration", reload_failure(status),
          "Mend it (chanceryd --check-config --config FILE says what is wrong) and reload."};
}

Finding check_backend(const v1::BackendStatus& backend) {
  const std::string subject = "keys of " + backend.name();
  if (!backend.is_up()) {
    return {Health::ill, subject, "down: " + backend.trouble(),
            "See to the device, its PIN or passphrase; the daemon comes back to it by itself."};
  }
  if (backend.is_away()) {
    return {Health::ill, subject, "up, but it refuses to sign: " + backend.trouble(),
            "See to the device; the daemon comes back to it by itself."};
  }
  if (!backend.trouble().empty()) {
    return {Health::look, subject, "up, but it refused its last signature: " + backend.trouble(),
            "Where that is mended, or was of one key alone: the next signature says so."};
  }
  for (const v1::UnusableKey& key : backend.unusable_keys()) {
    if (!key.is_in_use()) continue;
    return {Health::ill, subject, fmt::format("{} cannot be used: {}", key.name(), key.trouble()),
            "Mend that key; the others sign, and it is taken up again when it is asked for."};
  }
  if (!backend.memory_locked()) {
    return {Health::look, subject, "up, but their memory may reach the swap space",
            "Raise LimitMEMLOCK= in the unit, or `ulimit -l` before a private daemon."};
  }
  return {Health::well, subject, fmt::format("up, {} signatures", backend.signatures())};
}

Finding check_log(const v1::StatusReply& status) {
  if (status.log_handed_over()) {
    return {
        Health::ill, "log", "handed over to another server: nothing is signed any more",
        "Start with a new state directory, or configure that server's log. `chancery get` answers "
        "until this daemon is stopped; then docs/backup.md has the way to the archive."};
  }
  if (!status.log_trouble().empty()) {
    return {Health::ill, "log", status.log_trouble(),
            "Its disk may be full, or its key's backend down; it goes on by itself after that."};
  }
  return {Health::well, "log",
          fmt::format("{}, {} entries", status.log_origin(), status.log_size())};
}

Finding check_unfinished(const v1::StatusReply& status, std::chrono::sys_seconds now) {
  const int count = status.unfinished_size();
  if (count == 0) return {Health::well, "requests", "none is unfinished"};
  const seconds age = now - at(status.unfinished(0).accepted_at());
  const std::string state =
      fmt::format("{} unfinished, the oldest for {}", count, duration_text(age));
  if (age <= limits::unfinished_old_after) return {Health::well, "requests", state};
  return {Health::look, "requests", state,
          "`chancery status` lists them; `chancery wait RECEIPT` says what one waits for."};
}

Finding check_unrecorded(const v1::StatusReply& status) {
  if (status.overdue() > 0) {
    return {Health::ill, "logs elsewhere",
            fmt::format("{} signatures are overdue: they have left, their logs have missed the "
                        "deadline, and their profiles sign nothing new; not recorded yet: {}",
                        status.overdue(), awaited_text(status)),
            "See that the logs answer; the daemon's messages say what they say. It goes on asking, "
            "and its profiles sign again once the logs have all of them."};
  }
  if (status.unrecorded() == 0) {
    return {Health::well, "logs elsewhere", "nothing waits for them that has left"};
  }
  return {Health::well, "logs elsewhere",
          fmt::format("{} signatures have left before their logs have them: {}",
                      status.unrecorded(), awaited_text(status))};
}

void add_alarms(Findings& out, const v1::StatusReply& status, std::chrono::sys_seconds now) {
  if (status.alarms().empty()) out.push_back({Health::well, "alarms", "none stands"});
  for (const v1::Alarm& alarm : status.alarms()) {
    out.push_back({Health::ill, "alarm " + alarm.name(),
                   fmt::format("{} (for {})", alarm.what(), duration_text(now - at(alarm.since()))),
                   alarm.remedy()});
  }
}

Finding check_start(const v1::StatusReply& status, std::chrono::sys_seconds now) {
  if (at(status.started_at()) <= now + clock_difference_max) {
    return {Health::well, "uptime", duration_text(now - at(status.started_at()))};
  }
  return {Health::ill, "uptime", "the daemon started in the future: the clock was set back",
          "Set it right: records, receipts and certificates are dated by it."};
}

}  // namespace

Findings check_daemon(const v1::StatusReply& status, std::string_view own_version,
                      std::chrono::sys_seconds now) {
  Findings out{check_version(status, own_version), check_start(status, now),
               check_configuration(status)};
  for (const v1::BackendStatus& backend : status.backends()) out.push_back(check_backend(backend));
  out.push_back(check_log(status));
  out.push_back(check_unfinished(status, now));
  out.push_back(check_unrecorded(status));
  add_alarms(out, status, now);
  return out;
}

Finding check_profiles(const v1::StatusReply& status, const v1::ListProfilesReply& profiles) {
  const std::vector<std::string> troubles = profile_troubles(status, profiles);
  if (troubles.empty())
    return {Health::well, "profiles", fmt::format("{}, none is stopped", profiles.profiles_size())};
  return {Health::ill, "profiles", fmt::format("{}", fmt::join(troubles, "; ")),
          "What was stopped goes on with `chancery keys resume` or `chancery profiles resume`."};
}

}  // namespace chancery::client
