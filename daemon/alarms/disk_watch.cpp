#include "daemon/alarms/disk_watch.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <cerrno>

#include "core/base/limits/administration.h"

namespace chancery::daemon {

Result<std::uint64_t> DiskWatch::free_bytes(const std::filesystem::path& directory) {
  struct statvfs space {};
  if (statvfs(directory.c_str(), &space) != 0) {
    return system_error("DISK_UNREADABLE", "the free space of " + directory.string(), errno);
  }
  return std::uint64_t{space.f_bavail} * space.f_frsize;
}

void DiskWatch::watch(std::string_view alarm, std::filesystem::path directory,
                      std::string_view then) {
  watched_.push_back({alarm, std::move(directory), then});
}

void DiskWatch::look() {
  for (Watched& watched : watched_) look_at(watched);
}

void DiskWatch::look_at(Watched& watched) {
  const Result<std::uint64_t> free = look_(watched.directory);
  if (!free.ok()) {
    watched.is_low = true;
    return alarms_.raise(watched.alarm, free.error(), "See to that file system.");
  }
  watched.is_low = *free < (watched.is_low ? limits::disk_roomy_bytes : limits::disk_low_bytes);
  if (!watched.is_low) return alarms_.clear(watched.alarm);
  alarms_.raise(
      watched.alarm,
      unavailable("DISK_NEARLY_FULL",
                  fmt::format("the file system of {} has {} MiB left; when it is full, {}",
                              watched.directory.string(), *free >> 20, watched.then)),
      fmt::format("Make room there, or give it more: the alarm ends at {} MiB.",
                  limits::disk_roomy_bytes >> 20));
}

}  // namespace chancery::daemon
