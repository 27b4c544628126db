// Disks that fill up, told while there is still time to make room.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "daemon/alarms/alarms.h"

namespace chancery::daemon {

// One thread. Borrows the alarms.
class DiskWatch {
 public:
  struct Space {
    std::uint64_t free_bytes = 0;  // that we may still write
    std::uint64_t all_bytes = 0;
  };
  // Of the file system there. Error: unavailable DISK_UNREADABLE.
  using SpaceOf = std::function<Result<Space>(const std::filesystem::path& directory)>;
  static Result<Space> space_of(const std::filesystem::path& directory);

  explicit DiskWatch(Alarms& alarms, SpaceOf look = space_of)
      : alarms_(alarms), look_(std::move(look)) {}

  // `alarm` stands from where less is free there than limits::disk_low_bytes, or half of it all,
  // until there is a quarter more. `then` says what a full disk means.
  void watch(std::string_view alarm, std::filesystem::path directory, std::string_view then);

  void look();

 private:
  struct Watched {
    std::string_view alarm;
    std::filesystem::path directory;
    std::string_view then;
    bool is_low = false;
  };
  void look_at(Watched& watched);

  Alarms& alarms_;
  const SpaceOf look_;
  std::vector<Watched> watched_;
};

}  // namespace chancery::daemon
