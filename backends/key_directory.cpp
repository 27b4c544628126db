#include "backends/key_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "core/base/limits/key_hosts.h"
#include "core/base/limits/statements.h"

namespace chancery {
namespace {

constexpr std::string_view allowed_in_names =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

constexpr std::string_view missing_directory_advice =
    "; restore it with its keys, or make it (mkdir -m 700, as the daemon's user) where there were "
    "none yet";

// Ends in a failure that keeps errno's words.
Error write_failed(const std::filesystem::path& path) {
  return system_error("KEY_FILE_WRITE_FAILED", fmt::format("cannot write {}", path.string()),
                      errno);
}

bool write_all(int descriptor, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return fsync(descriptor) == 0;
}

bool sync_directory(const std::filesystem::path& directory) {
  const int descriptor = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = fsync(descriptor) == 0;
  close(descriptor);
  return synced;
}

}  // namespace

bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= limits::name_bytes_max - 4 && name.front() != '.' &&
         name.find_first_not_of(allowed_in_names) == std::string_view::npos;
}

Result<void> check_key_name(std::string_view name) {
  if (is_key_name(name)) return {};
  return invalid_request(
      "KEY_NAME_INVALID",
      fmt::format("\"{}\" cannot name a key: use letters, digits, '.', '_', '-'", name));
}

Result<std::string> key_name_of(const std::filesystem::path& path) {
  std::string name = path.stem().string();
  if (is_key_name(name)) return name;
  return invalid_request("KEY_NAME_INVALID",
                         fmt::format("{} cannot name a key: rename the file",
                                     (path.parent_path() / shown_name_of(path)).string()));
}

std::string shown_name_of(const std::filesystem::path& path) {
  std::string name = path.stem().string().substr(0, limits::name_bytes_max);
  for (char& c : name) {
    if (allowed_in_names.find(c) == std::string_view::npos) c = '?';
  }
  return name;
}

Result<void> check_key_directory(const std::filesystem::path& directory) {
  struct stat status {};
  if (stat(directory.c_str(), &status) != 0) {
    const int failure = errno;
    Error error =
        system_error("FILE_OPEN_FAILED",
                     fmt::format("cannot open the key directory {}", directory.string()), failure);
    if (failure == ENOENT) error.message += missing_directory_advice;
    return error;
  }
  if (!S_ISDIR(status.st_mode)) {
    return invalid_request("KEY_DIRECTORY_UNSAFE",
                           fmt::format("{} is not a directory", directory.string()));
  }
  if ((status.st_uid != geteuid() && status.st_uid != 0) || (status.st_mode & 022) != 0) {
    return invalid_request("KEY_DIRECTORY_UNSAFE",
                           fmt::format("{} may be written by others: it must belong to user {} "
                                       "with mode 0700",
                                       directory.string(), geteuid()));
  }
  return {};
}

Result<void> check_private_directory(const std::filesystem::path& directory) {
  struct stat status {};
  if (stat(directory.c_str(), &status) != 0) {
    return system_error("FILE_OPEN_FAILED",
                        fmt::format("cannot open the directory {}", directory.string()), errno);
  }
  if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077) != 0) {
    return invalid_request("KEY_DIRECTORY_UNSAFE",
                           fmt::format("{} must be a directory of user {} with mode 0700",
                                       directory.string(), geteuid()));
  }
  return {};
}

Result<std::vector<std::filesystem::path>> key_files(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> out;
  std::error_code failure;
  for (std::filesystem::directory_iterator at(directory, failure), end; !failure && at != end;
       at.increment(failure)) {
    const std::string name = at->path().filename().string();
    if (name.ends_with(".pem") && !name.starts_with(".")) out.push_back(at->path());
  }
  if (failure) {
    return system_error("FILE_OPEN_FAILED",
                        fmt::format("cannot read the key directory {}", directory.string()),
                        failure.value());
  }
  if (out.size() > limits::keys_per_backend_max) {
    return invalid_request("TOO_MANY_KEYS",
                           fmt::format("{} holds more than {} keys", directory.string(),
                                       limits::keys_per_backend_max));
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<void> write_key_file(const std::filesystem::path& path, ByteView pem) {
  // A name that the backend does not read, so that a crash leaves no half key.
  const std::filesystem::path draft =
      path.parent_path() / ("." + path.filename().string() + ".new");
  unlink(draft.c_str());
  const int descriptor = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return write_failed(draft);
  const bool written = write_all(descriptor, pem);
  const int failure = errno;
  close(descriptor);
  errno = failure;
  // link, unlike rename, never replaces a key.
  const bool linked = written && link(draft.c_str(), path.c_str()) == 0;
  const Error error =
      errno == EEXIST && written
          ? invalid_request("KEY_EXISTS", fmt::format("there is a key {} already", path.string()))
          : write_failed(path);
  unlink(draft.c_str());
  if (!linked) return error;
  if (sync_directory(path.parent_path())) return {};
  return outcome_unknown(
      "KEY_FILE_WRITE_FAILED",
      fmt::format("{} is written, but its directory could not be synced", path.string()));
}

Result<void> remove_key_file(const std::filesystem::path& path) {
  if (unlink(path.c_str()) != 0) return write_failed(path);
  if (sync_directory(path.parent_path())) return {};
  return outcome_unknown(
      "KEY_FILE_WRITE_FAILED",
      fmt::format("{} is deleted, but its directory could not be synced", path.string()));
}

}  // namespace chancery
