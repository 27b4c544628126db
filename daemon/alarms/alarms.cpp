#include "daemon/alarms/alarms.h"

#include <fmt/format.h>

#include "daemon/note.h"

namespace chancery::daemon {

void Alarms::raise(std::string_view name, const Error& what, std::string_view remedy) {
  {
    const std::lock_guard lock(mutex_);
    const auto [place, is_new] = standing_.try_emplace(std::string(name));
    Alarm& alarm = place->second;
    alarm.name = name;
    alarm.reason = what.reason;
    alarm.what = what.message;
    alarm.remedy = remedy;
    if (!is_new) return;
    alarm.since = now_();
  }
  note(Priority::error,
       fmt::format("alarm {}: {}: {}; {}", name, what.reason, what.message, remedy));
}

void Alarms::clear(std::string_view name) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = standing_.find(name);
    if (found == standing_.end()) return;
    standing_.erase(found);
  }
  note(Priority::notice, fmt::format("alarm {} is over", name));
}

std::vector<Alarm> Alarms::standing() const {
  const std::lock_guard lock(mutex_);
  std::vector<Alarm> out;
  for (const auto& [name, alarm] : standing_) out.push_back(alarm);
  return out;
}

}  // namespace chancery::daemon
