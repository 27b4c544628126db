// Archived signatures that are not what was archived: the alarm of it, until each is mended.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "daemon/alarms/alarms.h"
#include "daemon/journal/records.h"

namespace chancery::daemon {

// Thread-safe. Borrows the alarms. Remembers limits::damaged_archive_max: beyond it a disk is gone.
class DamagedArchive {
 public:
  explicit DamagedArchive(Alarms& alarms) : alarms_(alarms) {}

  // A bundle, or its payload, was found damaged. The alarm stands from now on.
  void add(RequestId id, const Error& damage);
  // Looks at one after the other, up to one that still is. `is_sound`: it was mended, or forgotten.
  void look_again(const std::function<bool(RequestId id)>& is_sound);

 private:
  using Damaged = std::map<RequestId, std::uint64_t>;  // and the number of its last add()
  std::optional<Damaged::value_type> next();
  void remove(const Damaged::value_type& looked_at);

  Alarms& alarms_;
  std::mutex mutex_;  // also over the alarm: it must not begin after its end
  Damaged damaged_;
  std::uint64_t added_ = 0;
  RequestId last_looked_at_ = 0;
};

}  // namespace chancery::daemon
