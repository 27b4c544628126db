#include "daemon/watchdog.h"

#include <utility>

namespace chancery::daemon {

void Watchdog::watch(std::string name, std::function<Progress()> look) {
  watched_.push_back({std::move(name), std::move(look)});
}

std::string Watchdog::find_hanging_worker() {
  std::string hanging;
  for (Watched& watched : watched_) {
    const Progress now = watched.look();
    // Work that was there before and after, and not one step between.
    const bool is_hanging =
        watched.last.waiting > 0 && now.waiting > 0 && now.steps == watched.last.steps;
    if (is_hanging) hanging = watched.name;
    watched.last = now;
  }
  return hanging;
}

}  // namespace chancery::daemon
