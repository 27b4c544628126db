#include "daemon/local_log/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace chancery::daemon {
namespace {

constexpr mode_t file_mode = 0644;
constexpr mode_t directory_mode = 0755;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

class Flock : public FileLock {
 public:
  explicit Flock(Descriptor file) : file_(std::move(file)) {}

 private:
  Descriptor file_;  // closing it lets the lock go
};

class PosixFiles : public Files {
 public:
  PosixFiles(std::filesystem::path root, Descriptor directory)
      : root_(std::move(root)), directory_(std::move(directory)) {}

  Result<Bytes> read(const std::string& path, std::size_t bytes_max) const override;
  Result<bool> make_directory(const std::string& path) override;
  Result<void> write(const std::string& path, ByteView bytes) override;
  Result<void> sync(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove_directory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
  Result<void> check_place() const override;

 private:
  Descriptor open_at(const std::string& path, int flags) const {
    const char* name = path.empty() ? "." : path.c_str();
    return Descriptor(openat(directory_.get(), name, flags | O_CLOEXEC, file_mode));
  }
  std::string full(const std::string& path) const { return (root_ / path).string(); }
  Error failed(std::string_view what, const std::string& path) const {
    const int number = errno;
    const bool is_full = number == ENOSPC || number == EDQUOT;
    return system_error(is_full ? "FILE_DISK_FULL" : "FILE_WRITE_FAILED",
                        fmt::format("{} {}", what, full(path)), number);
  }

  std::filesystem::path root_;  // for messages
  Descriptor directory_;        // so that moving the directory away does not split the log
};

Result<Bytes> PosixFiles::read(const std::string& path, std::size_t bytes_max) const {
  const Descriptor file = open_at(path, O_RDONLY);
  if (!file.is_open() && (errno == ENOENT || errno == ENOTDIR)) {
    return not_found("FILE_NOT_FOUND", full(path) + ": not there");
  }
  struct stat status {};
  if (!file.is_open() || fstat(file.get(), &status) != 0) {
    return system_error("FILE_READ_FAILED", "read " + full(path), errno);
  }
  if (static_cast<std::uint64_t>(status.st_size) > bytes_max) {
    return corrupt("FILE_TOO_LARGE",
                   fmt::format("{}: {} bytes, at most {}", full(path), status.st_size, bytes_max));
  }
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("FILE_READ_FAILED", "read " + full(path), errno);
    if (count == 0) bytes.resize(done);  // it was cut meanwhile: its reader sees the length
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

Result<bool> PosixFiles::make_directory(const std::string& path) {
  const bool is_made = mkdirat(directory_.get(), path.c_str(), directory_mode) == 0;
  if (!is_made && errno == EEXIST) return false;
  // The umask must not decide whether a web server may read the log.
  if (is_made && fchmodat(directory_.get(), path.c_str(), directory_mode, 0) == 0) return true;
  return failed("make directory", path);
}

Result<void> PosixFiles::write(const std::string& path, ByteView bytes) {
  const Descriptor file = open_at(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
  if (!file.is_open() || fchmod(file.get(), file_mode) != 0) return failed("write", path);
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("write", path);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  // Only a hint: with the blocks of many files on their way, the first one's fsync commits for all.
  sync_file_range(file.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
  return {};
}

Result<void> PosixFiles::sync(const std::string& path) {
  const Descriptor file = open_at(path, O_RDONLY);
  if (file.is_open() && fsync(file.get()) == 0) return {};
  return system_error("FILE_SYNC_FAILED", "sync " + full(path), errno);
}

Result<void> PosixFiles::rename(const std::string& from, const std::string& to) {
  if (renameat(directory_.get(), from.c_str(), directory_.get(), to.c_str()) == 0) return {};
  return failed("rename to", to);
}

Result<void> PosixFiles::remove_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(root_ / path, error);
  if (!error) return {};
  return system_error("FILE_WRITE_FAILED", "remove " + full(path), error.value());
}

Result<std::unique_ptr<FileLock>> PosixFiles::lock(const std::string& path) {
  Descriptor file = open_at(path, O_RDWR | O_CREAT | O_NOFOLLOW);
  if (!file.is_open()) return failed("open lock file", path);
  if (flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
    return std::unique_ptr<FileLock>(std::make_unique<Flock>(std::move(file)));
  }
  if (errno != EWOULDBLOCK) return failed("lock", path);
  return unavailable("LOG_LOCKED",
                     full(path) + ": another server holds the log: stop it, or use another log");
}

Result<void> PosixFiles::check_place() const {
  struct stat opened {};
  struct stat there {};
  const bool is_there =
      fstat(directory_.get(), &opened) == 0 && stat(root_.c_str(), &there) == 0 &&
      std::pair(opened.st_dev, opened.st_ino) == std::pair(there.st_dev, there.st_ino);
  if (is_there) return {};
  return unavailable("FILE_DIRECTORY_MOVED",
                     root_.string() + ": was moved or removed, or another one lies in its place");
}

}  // namespace

Result<std::unique_ptr<Files>> Files::open(const std::filesystem::path& directory) {
  const bool is_made = mkdir(directory.c_str(), directory_mode) == 0;
  const bool is_there = is_made || errno == EEXIST;
  Descriptor opened(is_there ? ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1);
  if (!opened.is_open() || (is_made && fchmod(opened.get(), directory_mode) != 0)) {
    return system_error("FILE_WRITE_FAILED", "open the log directory " + directory.string(), errno);
  }
  // Also where it was there: whoever made it may have ended before it synced the name.
  const std::filesystem::path parent = std::filesystem::absolute(directory).parent_path();
  const Descriptor above(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!above.is_open() || fsync(above.get()) != 0) {
    return system_error("FILE_SYNC_FAILED", "sync " + parent.string(), errno);
  }
  return std::unique_ptr<Files>(std::make_unique<PosixFiles>(directory, std::move(opened)));
}

}  // namespace chancery::daemon
