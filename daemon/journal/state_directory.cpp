#include "daemon/journal/state_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace chancery::daemon {
namespace {

namespace fs = std::filesystem;

Error failed(const fs::path& path, int error_number) {
  return system_error("STATE_DIRECTORY_FAILED", "The state directory " + path.string(),
                      error_number);
}

Error unsafe(const fs::path& path, std::string_view trouble) {
  return invalid_request("STATE_DIRECTORY_UNSAFE",
                         fmt::format("The state directory {} {}", path.string(), trouble));
}

Result<void> make(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return failed(path.parent_path(), error.value());
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return failed(path, errno);
}

// On the directory that is open, not on a name that could come to mean another.
Result<void> check(const fs::path& path, int fd) {
  struct stat found {};
  if (fstat(fd, &found) != 0) return failed(path, errno);
  if (found.st_uid != geteuid()) {
    return unsafe(path, fmt::format("belongs to uid {}, but the daemon runs as uid {}; give it to "
                                    "the daemon's user, or name another",
                                    found.st_uid, geteuid()));
  }
  if ((found.st_mode & 077U) != 0) {
    return unsafe(path, fmt::format("is open to others (mode {:04o}); chmod 0700 it, after asking "
                                    "who may have read it",
                                    found.st_mode & 07777U));
  }
  return {};
}

Result<int> lock(const fs::path& path, int directory_fd) {
  const int fd = openat(directory_fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return failed(path / "lock", errno);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  const int error_number = errno;
  close(fd);
  if (error_number != EWOULDBLOCK) return failed(path / "lock", error_number);
  return unavailable("STATE_IN_USE",
                     fmt::format("Another daemon uses the state directory {}; stop it first, or "
                                 "name another",
                                 path.string()));
}

}  // namespace

Result<StateDirectory> StateDirectory::open(fs::path path) {
  if (path.filename().empty()) path = path.parent_path();  // "state/" would follow a link
  TRY(make(path));
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOTDIR || errno == ELOOP) {
      return unsafe(path, "is a link or no directory; name the directory itself");
    }
    return failed(path, errno);
  }
  const Result<void> checked = check(path, fd);
  Result<int> locked = checked.ok() ? lock(path, fd) : Result<int>(checked.error());
  close(fd);
  return StateDirectory(std::move(path), TRY(std::move(locked)));
}

StateDirectory::~StateDirectory() {
  if (lock_fd_ >= 0) close(lock_fd_);
}

StateDirectory::StateDirectory(StateDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_fd_(std::exchange(other.lock_fd_, -1)) {}

StateDirectory& StateDirectory::operator=(StateDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_fd_, other.lock_fd_);
  return *this;
}

}  // namespace chancery::daemon
