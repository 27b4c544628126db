// What needs the operator and stands until it is mended: what the daemon keeps and cannot write, or
// finds damaged. `chancery status`, `chancery doctor`, the bus and the metrics show it.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/deadline.h"
#include "core/base/error.h"

namespace chancery::daemon {

struct Alarm {
  std::string name;  // of what is in trouble: one of alarm_names
  WallTime since{};
  std::string reason;  // docs/errors.md
  std::string what;
  std::string remedy;
};

// A few, and all of them here: whoever watches knows what to look for (docs/service.md).
namespace alarm_names {
inline constexpr std::string_view log_files = "log-files";        // cannot be written
inline constexpr std::string_view log_damage = "log-damage";      // a file was changed
inline constexpr std::string_view log_disk = "log-disk";          // nearly full
inline constexpr std::string_view journal_disk = "journal-disk";  // nearly full
inline constexpr std::string_view archive = "archive";            // a bundle is damaged
inline constexpr std::string_view journal_damage = "journal-damage";
inline constexpr std::string_view clock = "clock";        // far ahead of what it was
inline constexpr std::string_view requests = "requests";  // not finished
}  // namespace alarm_names

// Thread-safe. Kept in memory: after a restart damage is found only when it is met again.
class Alarms {
 public:
  explicit Alarms(std::function<WallTime()> now) : now_(std::move(now)) {}

  // It stands from now on; one that stands already says this from now on. Told to the system's
  // journal where it is new.
  void raise(std::string_view name, const Error& what, std::string_view remedy);
  // It is over; told where it stood.
  void clear(std::string_view name);

  std::vector<Alarm> standing() const;  // by name

 private:
  const std::function<WallTime()> now_;
  mutable std::mutex mutex_;
  std::map<std::string, Alarm, std::less<>> standing_;
};

}  // namespace chancery::daemon
