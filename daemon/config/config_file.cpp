// The configuration and the rules as files: that nobody else could have written them, their bytes.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/base/limits/configuration.h"
#include "daemon/config/accounts.h"
#include "daemon/config/config.h"

namespace chancery::daemon {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

bool owner_is_trusted(const struct stat& status) {
  return status.st_uid == 0 || status.st_uid == geteuid();
}

// Whoever can write a folder on the way can put another file in this one's place. With the sticky
// bit, as in /tmp, only owners can.
Result<void> check_folders_above(const fs::path& path) {
  for (fs::path folder = path.parent_path();; folder = folder.parent_path()) {
    struct stat status {};
    if (stat(folder.c_str(), &status) != 0) {
      return system_error("CONFIG_UNREADABLE", folder.string(), errno);
    }
    const bool others_write = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    if (!owner_is_trusted(status) || (others_write && (status.st_mode & S_ISVTX) == 0)) {
      return invalid_request("CONFIG_UNSAFE",
                             folder.string() +
                                 ": others than root and this user can write this folder, and so "
                                 "replace the configuration; move it to where only they can, "
                                 "such as /etc/chancery");
    }
    if (folder == folder.parent_path()) return {};
  }
}

Result<void> check_file(const fs::path& path, const struct stat& status) {
  const std::string name = path.string();
  if (!S_ISREG(status.st_mode)) {
    return invalid_request("CONFIG_UNSAFE", name + ": not a regular file");
  }
  if (!owner_is_trusted(status)) {
    return invalid_request("CONFIG_UNSAFE", name + ": owned by user id " +
                                                std::to_string(status.st_uid) +
                                                "; it must be root's or this user's: chown it");
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return invalid_request("CONFIG_UNSAFE",
                           name + ": others than its owner can write it; chmod it to 0644");
  }
  if (static_cast<std::size_t>(status.st_size) > limits::configuration_bytes_max) {
    return invalid_request(
        "CONFIG_INVALID",
        name + ": larger than " + std::to_string(limits::configuration_bytes_max) + " bytes");
  }
  return {};
}

// What was opened is what was checked: the name is not used again.
Result<std::string> read_file(const fs::path& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.number() < 0) {
    if (errno == ENOENT) return invalid_request("CONFIG_NOT_FOUND", path.string() + ": not there");
    if (errno == ELOOP) {
      return invalid_request("CONFIG_UNSAFE",
                             path.string() + ": a symbolic link; name the file itself");
    }
    return system_error("CONFIG_UNREADABLE", path.string(), errno);
  }
  struct stat status {};
  if (fstat(file.number(), &status) != 0) {
    return system_error("CONFIG_UNREADABLE", path.string(), errno);
  }
  TRY(check_file(path, status));
  // One byte more than allowed tells that it grew meanwhile; parse_config refuses it then.
  std::string text(limits::configuration_bytes_max + 1, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t count = read(file.number(), text.data() + filled, text.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return system_error("CONFIG_UNREADABLE", path.string(), errno);
    }
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  text.resize(filled);
  return text;
}

Result<std::string> read_safely(const fs::path& path) {
  TRY(check_folders_above(path));
  return read_file(path);
}

}  // namespace

Host this_host() {
  return {find_user_id, find_group_id, read_safely, read_safely,
          [] { return std::chrono::floor<WallTime::duration>(std::chrono::system_clock::now()); }};
}

Result<Config> load_config(const fs::path& path, std::span<const BackendType> types) {
  const fs::path absolute = fs::absolute(path).lexically_normal();
  const std::string text = TRY(read_safely(absolute));
  ConfigOutcome outcome = parse_config(text, absolute, this_host(), types);
  if (!outcome.problems.empty()) {
    return invalid_request("CONFIG_INVALID", describe(absolute, outcome.problems));
  }
  return std::move(outcome.config);
}

}  // namespace chancery::daemon
