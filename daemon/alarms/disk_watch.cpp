#include "daemon/alarms/disk_watch.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>

#include "core/base/limits/administration.h"

namespace chancery::daemon {
namespace {

std::uint64_t low_bytes(const DiskWatch::Space& space) {
  return std::min(limits::disk_low_bytes, space.all_bytes * limits::disk_low_percent_max / 100);
}

std::uint64_t roomy_bytes(const DiskWatch::Space& space) {
  return low_bytes(space) * limits::disk_roomy_percent / 100;
}

}  // namespace

Result<DiskWatch::Space> DiskWatch::space_of(const std::filesystem::path& directory) {
  struct statvfs space {};
  if (statvfs(directory.c_str(), &space) != 0) {
    return system_error("DISK_UNREADABLE", "the free space of " + directory.string(), errno);
  }
  return Space{std::uint64_t{space.f_bavail} * space.f_frsize,
               std::uint64_t{space.f_blocks} * space.f_frsize};
}

void DiskWatch::watch(std::string_view alarm, std::filesystem::path directory,
                      std::string_view then) {
  watched_.push_back({alarm, std::move(directory), then});
}

void DiskWatch::look() {
  for (Watched& watched : watched_) look_at(watched);
}

void DiskWatch::look_at(Watched& watched) {
  const Result<Space> space = look_(watched.directory);
  if (!space.ok()) {
    watched.is_low = true;
    return alarms_.raise(watched.alarm, space.error(), "See to that file system.");
  }
  watched.is_low = space->free_bytes < (watched.is_low ? roomy_bytes(*space) : low_bytes(*space));
  if (!watched.is_low) return alarms_.clear(watched.alarm);
  alarms_.raise(
      watched.alarm,
      unavailable("DISK_NEARLY_FULL",
                  fmt::format("the file system of {} has {} MiB left; when it is full, {}",
                              watched.directory.string(), space->free_bytes >> 20, watched.then)),
      fmt::format("Make room there, or give it more: the alarm ends at {} MiB.",
                  roomy_bytes(*space) >> 20));
}

}  // namespace chancery::daemon
