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
  // Bytes that we may still write there. Error: unavailable DISK_UNREADABLE.
  using FreeBytes = std::function<Result<std::uint64_t>(const std::filesystem::path& directory)>;
  static Result<std::uint64_t> free_bytes(const std::filesystem::path& directory);

  explicit DiskWatch(Alarms& alarms, FreeBytes look = free_bytes)
      : alarms_(alarms), look_(std::move(look)) {}

  // `alarm` stands while less is free there than limits::disk_low_bytes, until there is
  // limits::disk_roomy_bytes again. `then` says what a full disk means.
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
  const FreeBytes look_;
  std::vector<Watched> watched_;
};

}  // namespace chancery::daemon
