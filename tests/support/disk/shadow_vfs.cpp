#include "tests/support/disk/shadow_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <new>
#include <string_view>
#include <utility>

#include "core/base/result.h"

namespace chancery::testing {

namespace {

// What SQLite allocates for a file of ours; the ordinary file lies right behind it.
struct ShadowFile {
  sqlite3_file base;
  ShadowDisk* disk;
  std::string* path;  // null: a temporary file, which nobody expects back
  bool syncs_name;    // the ordinary layer syncs the directory with the first sync
  const bool* swallows_synchronous;
  const std::atomic<bool>* fails_syncs;

  sqlite3_file* ordinary() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

ShadowFile& shadow(sqlite3_file* file) { return *reinterpret_cast<ShadowFile*>(file); }
sqlite3_file* ordinary(sqlite3_file* file) { return shadow(file).ordinary(); }
const sqlite3_io_methods& methods(sqlite3_file* file) { return *ordinary(file)->pMethods; }

int close_file(sqlite3_file* file) {
  const int code = methods(file).xClose(ordinary(file));
  delete shadow(file).path;
  return code;
}
int read_file(sqlite3_file* file, void* out, int count, sqlite3_int64 offset) {
  return methods(file).xRead(ordinary(file), out, count, offset);
}
int write_file(sqlite3_file* file, const void* data, int count, sqlite3_int64 offset) {
  const int code = methods(file).xWrite(ordinary(file), data, count, offset);
  const ShadowFile& self = shadow(file);
  if (code == SQLITE_OK && self.path != nullptr) {
    self.disk->write(*self.path, static_cast<std::uint64_t>(offset),
                     {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(count)});
  }
  return code;
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  const int code = methods(file).xTruncate(ordinary(file), size);
  const ShadowFile& self = shadow(file);
  if (code == SQLITE_OK && self.path != nullptr) {
    self.disk->truncate(*self.path, static_cast<std::uint64_t>(size));
  }
  return code;
}
int sync_file(sqlite3_file* file, int flags) {
  if (*shadow(file).fails_syncs) return SQLITE_IOERR_FSYNC;
  const int code = methods(file).xSync(ordinary(file), flags);
  ShadowFile& self = shadow(file);
  if (code != SQLITE_OK || self.path == nullptr) return code;
  self.disk->sync(*self.path);
  if (std::exchange(self.syncs_name, false)) self.disk->sync_names("");
  return code;
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return methods(file).xFileSize(ordinary(file), size);
}
int lock_file(sqlite3_file* file, int level) { return methods(file).xLock(ordinary(file), level); }
int unlock_file(sqlite3_file* file, int level) {
  return methods(file).xUnlock(ordinary(file), level);
}
int check_reserved_lock(sqlite3_file* file, int* out) {
  return methods(file).xCheckReservedLock(ordinary(file), out);
}
int control_file(sqlite3_file* file, int operation, void* argument) {
  if (operation == SQLITE_FCNTL_PRAGMA && *shadow(file).swallows_synchronous) {
    const char* const pragma = static_cast<char**>(argument)[1];
    if (std::string_view(pragma) == "synchronous") return SQLITE_OK;  // "done": it does nothing
  }
  return methods(file).xFileControl(ordinary(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return methods(file).xSectorSize(ordinary(file)); }
int device_characteristics(sqlite3_file* file) {
  return methods(file).xDeviceCharacteristics(ordinary(file));
}
// The shared memory is rebuilt after a loss of power: not part of the model.
int map_shared_memory(sqlite3_file* file, int page, int bytes, int extend, void volatile** out) {
  return methods(file).xShmMap(ordinary(file), page, bytes, extend, out);
}
int lock_shared_memory(sqlite3_file* file, int offset, int count, int flags) {
  return methods(file).xShmLock(ordinary(file), offset, count, flags);
}
void shared_memory_barrier(sqlite3_file* file) { methods(file).xShmBarrier(ordinary(file)); }
int unmap_shared_memory(sqlite3_file* file, int remove) {
  return methods(file).xShmUnmap(ordinary(file), remove);
}

constexpr sqlite3_io_methods shadow_methods = {2,
                                               close_file,
                                               read_file,
                                               write_file,
                                               truncate_file,
                                               sync_file,
                                               file_size,
                                               lock_file,
                                               unlock_file,
                                               check_reserved_lock,
                                               control_file,
                                               sector_size,
                                               device_characteristics,
                                               map_shared_memory,
                                               lock_shared_memory,
                                               shared_memory_barrier,
                                               unmap_shared_memory,
                                               nullptr,
                                               nullptr};

}  // namespace

struct ShadowVfs::State {
  ShadowDisk& disk;
  std::filesystem::path directory;
  std::string name;
  sqlite3_vfs* ordinary = nullptr;
  sqlite3_vfs vfs{};
  bool is_synchronous_off = false;
  std::atomic<bool> fails_syncs = false;

  static State& of(sqlite3_vfs* vfs) { return *static_cast<State*>(vfs->pAppData); }
  std::string relative(const char* path) const {
    return std::filesystem::path(path).lexically_relative(directory).string();
  }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
    State& self = of(vfs);
    auto* const made = new (file) ShadowFile{
        {nullptr}, &self.disk, nullptr, false, &self.is_synchronous_off, &self.fails_syncs};
    const int code = self.ordinary->xOpen(self.ordinary, path, made->ordinary(), flags, out);
    if (code != SQLITE_OK) return code;
    made->base.pMethods = &shadow_methods;
    if (path == nullptr) return code;
    made->path = new std::string(self.relative(path));
    if ((flags & SQLITE_OPEN_CREATE) == 0) return code;
    // As SQLite's unix layer does: journals and logs have their directory synced, once.
    made->syncs_name =
        (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL)) != 0;
    self.disk.create(*made->path);
    return code;
  }
  static int remove(sqlite3_vfs* vfs, const char* path, int sync_directory) {
    State& self = of(vfs);
    const int code = self.ordinary->xDelete(self.ordinary, path, sync_directory);
    if (code != SQLITE_OK) return code;
    self.disk.remove(self.relative(path));
    if (sync_directory != 0) self.disk.sync_names("");
    return code;
  }
  // Runs on each new connection of the process.
  static int turn_off_if_ours(sqlite3* connection, const char**, const sqlite3_api_routines*) {
    sqlite3_vfs* vfs = nullptr;
    sqlite3_file_control(connection, "main", SQLITE_FCNTL_VFS_POINTER, &vfs);
    if (vfs == nullptr || vfs->xOpen != open || !of(vfs).is_synchronous_off) return SQLITE_OK;
    of(vfs).is_synchronous_off = false;  // lets this one through
    const int code = sqlite3_exec(connection, "PRAGMA synchronous=OFF", nullptr, nullptr, nullptr);
    of(vfs).is_synchronous_off = true;
    return code;
  }
};

ShadowVfs::ShadowVfs(ShadowDisk& disk, std::filesystem::path directory)
    : state_(new State{disk, std::move(directory), {}}) {
  State& state = *state_;
  state.name = "shadow of " + state.directory.string();
  state.ordinary = sqlite3_vfs_find(nullptr);
  CHANCERY_ASSERT(state.ordinary != nullptr);
  state.vfs = *state.ordinary;  // names, time, randomness: as ever
  state.vfs.zName = state.name.c_str();
  state.vfs.pNext = nullptr;
  state.vfs.szOsFile = static_cast<int>(sizeof(ShadowFile)) + state.ordinary->szOsFile;
  state.vfs.pAppData = state_.get();
  state.vfs.xOpen = State::open;
  state.vfs.xDelete = State::remove;
  CHANCERY_ASSERT(sqlite3_vfs_register(&state.vfs, 0) == SQLITE_OK);
}

ShadowVfs::~ShadowVfs() {
  sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(State::turn_off_if_ours));
  sqlite3_vfs_unregister(&state_->vfs);
}

const std::string& ShadowVfs::name() const { return state_->name; }

void ShadowVfs::force_synchronous_off() {
  state_->is_synchronous_off = true;
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(State::turn_off_if_ours));
}

void ShadowVfs::fail_syncs() { state_->fails_syncs = true; }

}  // namespace chancery::testing
