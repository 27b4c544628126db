#include "client/files/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "wire/descriptor.h"

namespace chancery::client {

namespace {

constexpr std::size_t read_bytes = 64U << 10;
constexpr mode_t new_file_mode = 0644;

Error cannot_read(const std::filesystem::path& path, int error_number) {
  if (error_number == ENOENT)
    return not_found("FILE_NOT_FOUND", fmt::format("{}: there is no such file", path.string()));
  return system_error("FILE_UNREADABLE", path.string() + ": cannot read it", error_number);
}

Result<std::string> read_to_end(int number, const std::filesystem::path& path,
                                std::string_view kind, std::size_t bytes_max) {
  std::string content;
  const auto piece = std::make_unique_for_overwrite<char[]>(read_bytes);
  for (;;) {
    const ssize_t count = ::read(number, piece.get(), read_bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_read(path, errno);
    content.append(piece.get(), static_cast<std::size_t>(count));
    if (content.size() > bytes_max)
      return invalid_request("FILE_TOO_LARGE", fmt::format("{}: a {} may have at most {} bytes",
                                                           path.string(), kind, bytes_max));
    if (count == 0) return content;
  }
}

Result<void> write_all(int number, const std::filesystem::path& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(number, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_write(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

// Made beside the target, since rename(2) needs the same file system; gone again unless renamed.
class NewFile {
 public:
  static Result<NewFile> make_beside(const std::filesystem::path& target) {
    std::string name = (target.parent_path() / ("." + target.filename().string())).string();
    name += ".XXXXXX";
    const int number = ::mkostemp(name.data(), O_CLOEXEC);
    if (number < 0) return cannot_write(target, errno);
    return NewFile(wire::Descriptor(number), std::move(name));
  }
  ~NewFile() {
    if (!name_.empty()) ::unlink(name_.c_str());
  }
  NewFile(NewFile&& other) noexcept
      : descriptor_(std::move(other.descriptor_)), name_(std::exchange(other.name_, {})) {}
  NewFile& operator=(NewFile&&) = delete;

  int number() const { return descriptor_.number(); }

  Result<void> become(const std::filesystem::path& target) {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    // mkostemp makes it 0600; what everybody may read otherwise, everybody may read here.
    if (::fchmod(number(), new_file_mode & ~mask) != 0 || ::fsync(number()) != 0 ||
        ::rename(name_.c_str(), target.c_str()) != 0)
      return cannot_write(target, errno);
    name_.clear();
    return {};
  }

 private:
  NewFile(wire::Descriptor descriptor, std::string name)
      : descriptor_(std::move(descriptor)), name_(std::move(name)) {}
  wire::Descriptor descriptor_;
  std::string name_;
};

// /dev/stdout, /dev/null, and what a shell calls >(COMMAND): only root makes names there.
bool is_stream(const std::filesystem::path& path) {
  return path.string().starts_with("/dev/") && path.lexically_normal() == path;
}

// A link or a pipe in a folder of others could lead the bundle, and us, anywhere.
Result<void> check_ordinary(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    return errno == ENOENT ? Result<void>() : cannot_write(path, errno);
  }
  if (S_ISREG(status.st_mode)) return {};
  return invalid_request(
      "FILE_NOT_ORDINARY",
      fmt::format("{}: is a {}, which is not written to: name a file, or - for standard output",
                  path.string(),
                  S_ISLNK(status.st_mode)   ? "link"
                  : S_ISDIR(status.st_mode) ? "directory"
                                            : "pipe, socket or device"));
}

Result<void> write_into(const std::filesystem::path& path, std::string_view bytes) {
  const wire::Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.is_open()) return cannot_write(path, errno);
  return write_all(file.number(), path, bytes);
}

}  // namespace

Error cannot_write(const std::filesystem::path& path, int error_number) {
  return system_error("FILE_UNWRITABLE", path.string() + ": cannot write it", error_number);
}

Result<std::string> read_file(const std::filesystem::path& path, std::string_view kind,
                              std::size_t bytes_max) {
  if (path == "-") return read_to_end(STDIN_FILENO, "standard input", kind, bytes_max);
  const wire::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return cannot_read(path, errno);
  struct stat status {};
  if (::fstat(file.number(), &status) == 0 && S_ISDIR(status.st_mode))
    return invalid_request("FILE_IS_DIRECTORY",
                           fmt::format("{}: is a directory, not a {}", path.string(), kind));
  return read_to_end(file.number(), path, kind, bytes_max);
}

Result<void> check_is_there(const std::filesystem::path& path) {
  if (::access(path.c_str(), F_OK) == 0) return {};
  return cannot_read(path, errno);
}

Result<void> check_replaceable(const std::filesystem::path& path) {
  if (is_stream(path)) return {};
  TRY(check_ordinary(path));
  const std::filesystem::path folder = path.parent_path();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) == 0) return {};
  return cannot_write(path, errno);
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view bytes) {
  if (is_stream(path)) return write_into(path, bytes);
  TRY(check_ordinary(path));
  NewFile file = TRY(NewFile::make_beside(path));
  TRY(write_all(file.number(), path, bytes));
  return file.become(path);
}

}  // namespace chancery::client
