#include "daemon/journal/payload_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "core/base/encoding.h"
#include "daemon/journal/disk_room.h"
#include "daemon/journal/journal.h"

namespace chancery::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece_bytes = 1U << 20;

Error failed(std::string_view doing, const fs::path& path, int error_number) {
  if (error_number == ENOENT) {
    return not_found("PAYLOAD_MISSING", "The payload file " + path.string() + " is not there");
  }
  return system_error("PAYLOAD_STORE_FAILED", std::string(doing) + " of " + path.string(),
                      error_number);
}

class File {
 public:
  File(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Not tried again: docs/decisions/a-failed-commit-ends-the-process.md.
void sync_or_end(int descriptor, const fs::path& path) {
  if (fsync(descriptor) == 0) return;
  std::fprintf(stderr, "chanceryd: a payload cannot be synced, so the daemon ends; %s: %s\n",
               path.c_str(), std::strerror(errno));
  std::abort();
}

Result<void> write_and_sync(const fs::path& path, ByteView bytes) {
  const File file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
  if (!file.is_open()) return failed("Open", path, errno);
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.fd(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("Write", path, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  sync_or_end(file.fd(), path);
  return {};
}

Result<void> sync_directory(const fs::path& path) {
  const File directory(path, O_RDONLY | O_DIRECTORY);
  if (!directory.is_open()) return failed("Opening", path, errno);
  sync_or_end(directory.fd(), path);
  return {};
}

std::optional<Sha256> name_of_file(const fs::path& path) {
  const Result<Bytes> bytes = hex_decode(path.filename().string());
  Sha256 name{};
  if (!bytes.ok() || bytes->size() != name.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), name.begin());
  return name;
}

}  // namespace

Result<std::unique_ptr<PayloadStore>> PayloadStore::open(fs::path directory,
                                                         std::uint64_t reserve_bytes) {
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return failed("Make", directory, errno);
  }
  TRY(sync_directory(directory.parent_path()));
  return std::unique_ptr<PayloadStore>(new PayloadStore(std::move(directory), reserve_bytes));
}

fs::path PayloadStore::path_of(const Sha256& name) const { return directory_ / hex_encode(name); }

PayloadStore::Held PayloadStore::hold(const Sha256& name) {
  const std::lock_guard lock(holds_mutex_);
  holds_[name] += 1;
  return {new Sha256(name), [this](const Sha256* held) {
            const std::unique_ptr<const Sha256> owned(held);
            const std::lock_guard letting_go(holds_mutex_);
            if (--holds_.at(*owned) == 0) holds_.erase(*owned);
          }};
}

bool PayloadStore::is_held(const Sha256& name) const {
  const std::lock_guard lock(holds_mutex_);
  return holds_.contains(name);
}

Result<PayloadStore::Held> PayloadStore::write(ByteView payload) {
  const Sha256 name = sha256(payload);
  const fs::path path = path_of(name);
  const std::lock_guard lock(files_mutex_);
  Held held = hold(name);
  if (fs::exists(fs::symlink_status(path))) return held;  // it was synced before it got this name
  TRY(require_room(directory_, reserve_bytes_, payload.size()));
  const fs::path part = path.string() + ".part";
  const Result<void> written = write_and_sync(part, payload);
  if (!written.ok()) {
    ::unlink(part.c_str());
    return written.error();
  }
  if (::rename(part.c_str(), path.c_str()) != 0) return failed("Rename", part, errno);
  TRY(sync_directory(directory_));
  return held;
}

Result<std::string> PayloadStore::read(const Sha256& name) const {
  std::string out(TRY(size(name)), '\0');
  std::size_t at = 0;
  while (at < out.size()) {
    const Bytes chunk = TRY(read_at(name, at, std::min(out.size() - at, piece_bytes)));
    if (chunk.empty()) break;  // it was cut: its hash is another
    std::copy(chunk.begin(), chunk.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
    at += chunk.size();
  }
  TRY(check(name, sha256(as_bytes(out))));
  return out;
}

Result<void> PayloadStore::look_through(const Sha256& name) const {
  DigestStream hash(HashAlgorithm::sha256);
  for (std::uint64_t at = 0;;) {
    const Bytes chunk = TRY(read_at(name, at, piece_bytes));
    if (chunk.empty()) break;
    hash.update(chunk);
    at += chunk.size();
  }
  Sha256 found{};
  std::ranges::copy(hash.finish().value, found.begin());
  return check(name, found);
}

Result<void> PayloadStore::check(const Sha256& name, const Sha256& hash) const {
  if (hash == name) return {};
  return corrupt("PAYLOAD_DAMAGED", "The payload file " + path_of(name).string() +
                                        " does not hash to its name; restore a backup");
}

Result<std::uint64_t> PayloadStore::size(const Sha256& name) const {
  struct stat found {};
  const fs::path path = path_of(name);
  if (::stat(path.c_str(), &found) != 0) return failed("Look", path, errno);
  return static_cast<std::uint64_t>(found.st_size);
}

Result<Bytes> PayloadStore::read_at(const Sha256& name, std::uint64_t offset,
                                    std::size_t count_max) const {
  const fs::path path = path_of(name);
  const File file(path, O_RDONLY | O_NOFOLLOW);
  if (!file.is_open()) return failed("Open", path, errno);
  Bytes out(count_max);
  std::size_t filled = 0;
  while (filled < count_max) {
    const ssize_t count = ::pread(file.fd(), out.data() + filled, count_max - filled,
                                  static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("Read", path, errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  out.resize(filled);
  return out;
}

Result<void> PayloadStore::remove(const std::vector<Sha256>& names, const IsNamed& is_named) {
  const std::lock_guard lock(files_mutex_);
  for (const Sha256& name : names) {
    // In this order: whoever lets go has its request in the journal by then, or needs it no more.
    if (is_held(name) || TRY(is_named(name))) continue;
    const fs::path path = path_of(name);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed("Removal", path, errno);
  }
  return {};
}

Result<void> PayloadStore::remove_orphans(const IsNamed& is_named) {
  std::vector<Sha256> names;
  std::error_code error;
  for (fs::directory_iterator at(directory_, error), end; !error && at != end;
       at.increment(error)) {
    if (const auto name = name_of_file(at->path())) names.push_back(*name);
    if (at->path().extension() == ".part") ::unlink(at->path().c_str());
  }
  if (error) return failed("Reading", directory_, error.value());
  return remove(names, is_named);
}

PayloadStore::IsNamed named_in(Journal& journal) {
  return [&journal](const Sha256& name) { return journal.names_payload_file(name); };
}

}  // namespace chancery::daemon
