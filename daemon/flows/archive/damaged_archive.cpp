#include "daemon/flows/archive/damaged_archive.h"

#include "core/base/limits/administration.h"

namespace chancery::daemon {

void DamagedArchive::add(RequestId id, const Error& damage) {
  const std::lock_guard lock(mutex_);
  if (damaged_.size() >= limits::damaged_archive_max) damaged_.erase(damaged_.begin());
  damaged_.insert(id);
  alarms_.raise(
      alarm_names::archive, damage,
      "Restore a backup (docs/backup.md), or put a file in payloads/ back; what was signed "
      "is in the log all the same. The alarm ends when those that were read are as they "
      "were, or too old to be kept: the daemon looks at them every few seconds.");
}

// In turn: behind the one that was looked at last.
std::optional<RequestId> DamagedArchive::next() {
  const std::lock_guard lock(mutex_);
  auto next = damaged_.upper_bound(last_looked_at_);
  if (next == damaged_.end()) next = damaged_.begin();
  if (next == damaged_.end()) return std::nullopt;
  return last_looked_at_ = *next;
}

void DamagedArchive::remove(RequestId id) {
  const std::lock_guard lock(mutex_);
  if (damaged_.erase(id) != 0 && damaged_.empty()) alarms_.clear(alarm_names::archive);
}

void DamagedArchive::look_again(const std::function<bool(RequestId id)>& is_sound) {
  for (std::size_t looked = 0; looked < limits::damage_look_max; ++looked) {
    const std::optional<RequestId> id = next();
    if (!id || !is_sound(*id)) return;
    remove(*id);
  }
}

}  // namespace chancery::daemon
