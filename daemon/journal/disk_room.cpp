#include "daemon/journal/disk_room.h"

#include <sys/statvfs.h>

#include <cerrno>

namespace chancery::daemon {

Result<void> require_room(const std::filesystem::path& directory, std::uint64_t reserve_bytes,
                          std::uint64_t bytes) {
  struct statvfs space {};
  if (statvfs(directory.c_str(), &space) != 0) {
    return system_error("JOURNAL_FAILED", "The free space of " + directory.string(), errno);
  }
  const std::uint64_t free_bytes = std::uint64_t{space.f_bavail} * space.f_frsize;
  if (free_bytes >= reserve_bytes + bytes) return {};
  return unavailable("JOURNAL_DISK_FULL", "The file system of " + directory.string() +
                                              " has only " + std::to_string(free_bytes >> 20) +
                                              " MiB left; nothing new is accepted until there is "
                                              "more");
}

}  // namespace chancery::daemon
