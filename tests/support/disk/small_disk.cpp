#include "tests/support/disk/small_disk.h"

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace chancery::testing {

SmallDisk::~SmallDisk() { unmount(); }

std::optional<std::string> SmallDisk::mount(const std::filesystem::path& directory,
                                            const std::string& size) {
  if (geteuid() != 0) return "needs root, to mount a small disk";
  if (unshare(CLONE_NEWNS) != 0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", directory.c_str(), "tmpfs", 0, ("size=" + size).c_str()) != 0) {
    return std::string("cannot mount a small disk here: ") + std::strerror(errno);
  }
  directory_ = directory;
  return std::nullopt;
}

void SmallDisk::unmount() {
  if (!directory_.empty()) umount2(directory_.c_str(), MNT_DETACH);
  directory_.clear();
}

void SmallDisk::fill(const std::filesystem::path& directory) {
  std::ofstream ballast(directory / "ballast", std::ios::binary);
  while (ballast << std::string(4096, 'x') << std::flush) {
  }
}

void SmallDisk::make_room(const std::filesystem::path& directory) {
  std::filesystem::remove(directory / "ballast");
}

}  // namespace chancery::testing
