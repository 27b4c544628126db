#include "daemon/flows/archive/damaged_archive.h"

#include "core/base/limits/administration.h"
#include "daemon/alarms/turn.h"

namespace chancery::daemon {

void DamagedArchive::add(RequestId id, const Error& damage) {
  const std::lock_guard lock(mutex_);
  if (damaged_.size() >= limits::damaged_archive_max) damaged_.erase(damaged_.begin());
  damaged_[id] = added_++;
  alarms_.raise(
      alarm_names::archive, damage,
      "Restore a backup (docs/backup.md), or put a file in payloads/ back; what was signed "
      "is in the log all the same. The alarm ends when those that were read are as they "
      "were, or too old to be kept: the daemon looks at them every few seconds.");
}

std::optional<DamagedArchive::Damaged::value_type> DamagedArchive::next() {
  const std::lock_guard lock(mutex_);
  const auto next = next_in_turn(damaged_, last_looked_at_);
  if (next == damaged_.end()) return std::nullopt;
  return *next;
}

// Not what was found damaged again while it was looked at.
void DamagedArchive::remove(const Damaged::value_type& looked_at) {
  const std::lock_guard lock(mutex_);
  const auto known = damaged_.find(looked_at.first);
  if (known == damaged_.end() || known->second != looked_at.second) return;
  damaged_.erase(known);
  if (damaged_.empty()) alarms_.clear(alarm_names::archive);
}

void DamagedArchive::look_again(const std::function<bool(RequestId id)>& is_sound) {
  for (std::size_t looked = 0; looked < limits::damage_look_max; ++looked) {
    const auto looked_at = next();
    if (!looked_at || !is_sound(looked_at->first)) return;
    remove(*looked_at);
  }
}

}  // namespace chancery::daemon
