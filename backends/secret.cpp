#include "backends/secret.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "backends/open_file.h"
#include "core/base/limits/key_hosts.h"

namespace chancery {
namespace {

enum class Guarded { by_mode, by_systemd };

Result<void> check_status(const struct stat& status, const std::string& path, Guarded guarded) {
  if (!S_ISREG(status.st_mode)) {
    return invalid_request("FILE_NOT_REGULAR", fmt::format("{} is not a regular file", path));
  }
  // systemd gives a credential to its user by an access control list, which shows as a group's
  // right; its folder keeps everybody else out.
  if (guarded == Guarded::by_systemd) return {};
  if (status.st_uid != geteuid() && status.st_uid != 0) {
    return invalid_request("FILE_OWNER_WRONG",
                           fmt::format("{} belongs to user {}: give it to user {} (chown {})", path,
                                       status.st_uid, geteuid(), geteuid()));
  }
  if ((status.st_mode & 077) != 0) {
    return invalid_request("FILE_MODE_UNSAFE",
                           fmt::format("{} has mode {:04o}, so others may read it: chmod 0600 {}",
                                       path, status.st_mode & 07777, path));
  }
  return {};
}

Result<Secret> read_checked(const std::filesystem::path& path, std::size_t bytes_max,
                            Guarded guarded) {
  const OpenFile file{open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  if (file.descriptor < 0) {
    return system_error("FILE_OPEN_FAILED", fmt::format("cannot open {}", path.string()), errno);
  }
  struct stat status {};
  if (fstat(file.descriptor, &status) != 0) {
    return system_error("FILE_OPEN_FAILED", fmt::format("cannot look at {}", path.string()), errno);
  }
  TRY(check_status(status, path.string(), guarded));
  Bytes bytes(bytes_max + 1);
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(file.descriptor, bytes.data() + size, bytes.size() - size);
    if (got == 0) break;
    if (got < 0) {
      return system_error("FILE_OPEN_FAILED", fmt::format("cannot read {}", path.string()), errno);
    }
    size += static_cast<std::size_t>(got);
  }
  if (size > bytes_max) {
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return invalid_request("FILE_TOO_LARGE",
                           fmt::format("{} is larger than {} bytes", path.string(), bytes_max));
  }
  bytes.resize(size);
  return Secret(std::move(bytes));
}

Result<Secret> without_newline(Result<Secret> read, const std::filesystem::path& path) {
  Secret secret = TRY(std::move(read));
  std::string_view text = secret.text();
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.empty()) {
    return invalid_request("SECRET_EMPTY", fmt::format("{} is empty", path.string()));
  }
  return Secret(to_bytes(as_bytes(text)));
}

}  // namespace

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = std::move(other.bytes_);
  }
  return *this;
}

void Secret::wipe() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

Result<Secret> read_private_file(const std::filesystem::path& path, std::size_t bytes_max) {
  return read_checked(path, bytes_max, Guarded::by_mode);
}

Result<Secret> read_secret_file(const std::filesystem::path& path) {
  return without_newline(read_private_file(path, limits::passphrase_bytes_max), path);
}

std::filesystem::path credential_path(std::string_view name) {
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  return directory == nullptr ? std::filesystem::path()
                              : std::filesystem::path(directory) / std::string(name);
}

Result<Secret> read_credential(std::string_view name) {
  if (name.empty() || name.find('/') != std::string_view::npos || name.starts_with('.')) {
    return invalid_request("CREDENTIAL_NAME_INVALID",
                           fmt::format("\"{}\" cannot be the name of a credential", name));
  }
  const std::filesystem::path path = credential_path(name);
  if (path.empty()) {
    return invalid_request("CREDENTIAL_MISSING",
                           fmt::format("credential \"{}\" is asked for, but systemd gave none: "
                                       "add LoadCredential={}:/path to the unit",
                                       name, name));
  }
  return without_newline(read_checked(path, limits::passphrase_bytes_max, Guarded::by_systemd),
                         path);
}

}  // namespace chancery
