#include "tests/support/disk/shadow_calls.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <optional>
#include <utility>

#include "core/base/result.h"

namespace chancery::testing {
namespace {

struct Shadow {
  ShadowDisk& disk;
  std::filesystem::path directory;
  std::string name;
  std::string failing = {};  // whose syncs fail

  // What the disk calls it, where it is one of ours.
  std::optional<std::string> on_disk(const std::filesystem::path& path) const {
    const std::string relative = path.lexically_relative(directory).string();
    if (relative == name || relative.starts_with(name + "/")) return relative;
    return std::nullopt;
  }
  std::filesystem::path path_of(int descriptor) const {
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor));
  }
};

Shadow* shadow = nullptr;

void opened(const char* path, int flags) {
  const auto name = shadow == nullptr ? std::nullopt : shadow->on_disk(path);
  if (!name || (flags & O_CREAT) == 0) return;
  shadow->disk.create(*name);
  if ((flags & O_TRUNC) != 0) shadow->disk.truncate(*name, 0);
}

void written(int descriptor, const void* bytes, std::size_t count) {
  const auto name = shadow == nullptr ? std::nullopt : shadow->on_disk(shadow->path_of(descriptor));
  if (!name) return;
  const auto end = static_cast<std::uint64_t>(::lseek(descriptor, 0, SEEK_CUR));
  shadow->disk.write(*name, end - count, {static_cast<const std::uint8_t*>(bytes), count});
}

void synced(int descriptor) {
  if (shadow == nullptr) return;
  const std::filesystem::path path = shadow->path_of(descriptor);
  if (path == shadow->directory) return shadow->disk.sync_names("");
  const auto name = shadow->on_disk(path);
  if (!name) return;
  if (shadow->disk.is_directory(*name)) return shadow->disk.sync_names(*name);
  shadow->disk.sync(*name);
}

bool sync_fails(int descriptor) {
  if (shadow == nullptr || shadow->failing.empty()) return false;
  return shadow->on_disk(shadow->path_of(descriptor)) == shadow->failing;
}

void renamed(const char* from, const char* to) {
  const auto name = shadow == nullptr ? std::nullopt : shadow->on_disk(from);
  if (name) shadow->disk.rename(*name, shadow->on_disk(to).value());
}

void removed(const char* path) {
  const auto name = shadow == nullptr ? std::nullopt : shadow->on_disk(path);
  if (name) shadow->disk.remove(*name);
}

void made_directory(const char* path) {
  const auto name = shadow == nullptr ? std::nullopt : shadow->on_disk(path);
  if (name) shadow->disk.make_directory(*name);
}

}  // namespace

ShadowCalls::ShadowCalls(ShadowDisk& disk, std::filesystem::path directory, std::string name) {
  CHANCERY_ASSERT(shadow == nullptr);
  shadow = new Shadow{disk, std::move(directory), std::move(name)};
}

void ShadowCalls::fail_syncs_of(const std::string& path) { shadow->failing = path; }

ShadowCalls::~ShadowCalls() { delete std::exchange(shadow, nullptr); }

}  // namespace chancery::testing

extern "C" {

int __real_open(const char* path, int flags, ...);
ssize_t __real_write(int descriptor, const void* bytes, size_t count);
int __real_fsync(int descriptor);
int __real_rename(const char* from, const char* to);
int __real_unlink(const char* path);
int __real_mkdir(const char* path, mode_t mode);

int __wrap_open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  const int descriptor = __real_open(path, flags, mode);
  if (descriptor >= 0) chancery::testing::opened(path, flags);
  return descriptor;
}

ssize_t __wrap_write(int descriptor, const void* bytes, size_t count) {
  const ssize_t written = __real_write(descriptor, bytes, count);
  if (written > 0) {
    chancery::testing::written(descriptor, bytes, static_cast<std::size_t>(written));
  }
  return written;
}

int __wrap_fsync(int descriptor) {
  if (chancery::testing::sync_fails(descriptor)) {
    errno = EIO;
    return -1;
  }
  const int result = __real_fsync(descriptor);
  if (result == 0) chancery::testing::synced(descriptor);
  return result;
}

int __wrap_rename(const char* from, const char* to) {
  const int result = __real_rename(from, to);
  if (result == 0) chancery::testing::renamed(from, to);
  return result;
}

int __wrap_unlink(const char* path) {
  const int result = __real_unlink(path);
  if (result == 0) chancery::testing::removed(path);
  return result;
}

int __wrap_mkdir(const char* path, mode_t mode) {
  const int result = __real_mkdir(path, mode);
  if (result == 0) chancery::testing::made_directory(path);
  return result;
}
}
