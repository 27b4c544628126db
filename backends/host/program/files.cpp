#include "backends/host/program/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace chancery::host {
namespace {

// The headers may be older than the kernel: rights by their ABI (landlock(7)).
constexpr std::uint64_t rights_of_abi_1 = (1ULL << 13) - 1;
constexpr std::uint64_t right_to_refer = 1ULL << 13;         // ABI 2
constexpr std::uint64_t right_to_truncate = 1ULL << 14;      // ABI 3
constexpr std::uint64_t right_to_device_ioctl = 1ULL << 15;  // ABI 5

constexpr std::uint64_t read_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t write_rights =
    read_rights | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
    right_to_truncate | right_to_device_ioctl;
// A rule for a file may name only these.
constexpr std::uint64_t rights_of_files = LANDLOCK_ACCESS_FS_READ_FILE |
                                          LANDLOCK_ACCESS_FS_WRITE_FILE | right_to_truncate |
                                          right_to_device_ioctl;

// What the loader, libc and libcrypto read.
constexpr const char* system_paths[] = {
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/ssl/openssl.cnf",
    "/dev/urandom",
    "/dev/null",
    "/sys/devices/system/cpu",
};

std::uint64_t rights_of_kernel(long abi) {
  std::uint64_t rights = rights_of_abi_1;
  if (abi >= 2) rights |= right_to_refer;
  if (abi >= 3) rights |= right_to_truncate;
  if (abi >= 5) rights |= right_to_device_ioctl;
  return rights;
}

bool allow(int ruleset, const char* path, std::uint64_t rights) {
  const int descriptor = open(path, O_PATH | O_CLOEXEC);
  if (descriptor < 0) return true;  // nothing there to reach
  struct stat status {};
  fstat(descriptor, &status);
  if (!S_ISDIR(status.st_mode)) rights &= rights_of_files;
  const landlock_path_beneath_attr rule{rights, descriptor};
  const long failed = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  close(descriptor);
  return failed == 0;
}

bool restrict_to(int ruleset, std::uint64_t known, const std::vector<BackendPath>& own) {
  for (const char* path : system_paths) {
    if (!allow(ruleset, path, read_rights & known)) return false;
  }
  for (const BackendPath& path : own) {
    const auto rights = path.access == BackendPath::write ? write_rights : read_rights;
    if (!allow(ruleset, path.path.c_str(), rights & known)) return false;
  }
  return syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}

}  // namespace

Result<bool> confine_files(const std::vector<BackendPath>& own) {
  const long abi =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return false;
  const std::uint64_t known = rights_of_kernel(abi);
  const landlock_ruleset_attr handled{known};
  const int ruleset =
      static_cast<int>(syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0));
  const bool restricted = ruleset >= 0 && restrict_to(ruleset, known, own);
  const int failure = errno;
  if (ruleset >= 0) close(ruleset);
  if (restricted) return true;
  return internal("LANDLOCK_FAILED",
                  fmt::format("cannot confine the key host's files: {}", std::strerror(failure)));
}

}  // namespace chancery::host
