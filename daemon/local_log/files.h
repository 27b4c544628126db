// The local log's one way to the disk, in the kernel's own steps, so that a test can stand in for
// the disk and lose power between any two of them.
#pragma once

#include <filesystem>
#include <memory>

#include "core/tlog/log_files.h"

namespace chancery::daemon {

// An exclusive lock, held until it is destroyed or its process ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

// Paths are relative to the log's directory, "" is that directory itself. Thread-safe where the
// paths differ. Besides those of LogFiles, errors are unavailable: FILE_WRITE_FAILED,
// FILE_DISK_FULL, FILE_SYNC_FAILED, FILE_DIRECTORY_MOVED.
//
// What survives a loss of power: a file's content as of its last sync(); a name (made, renamed or
// removed) once its directory was synced after it.
class Files : public tlog::LogFiles {
 public:
  // Opens `directory`, made with mode 0755 where it is not there.
  static Result<std::unique_ptr<Files>> open(const std::filesystem::path& directory);

  // Whether it had to be made. Its parent must be there. Mode 0755.
  virtual Result<bool> make_directory(const std::string& path) = 0;
  // Makes the file, or empties it, and fills it. Mode 0644.
  virtual Result<void> write(const std::string& path, ByteView bytes) = 0;
  // Of a file: its content. Of a directory: the names in it.
  virtual Result<void> sync(const std::string& path) = 0;
  // Replaces `to` where it is there.
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  // A directory and the files in it; none there is no error.
  virtual Result<void> remove_directory(const std::string& path) = 0;
  // flock(2) on a file made where needed. unavailable LOG_LOCKED at once where it is held.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;

  // Whether the directory still lies where it was opened: else nobody finds what is written to it.
  // Error: unavailable FILE_DIRECTORY_MOVED.
  virtual Result<void> check_place() const = 0;
};

}  // namespace chancery::daemon
