// The daemon's state: a directory of ours alone, in use by one daemon at a time.
#pragma once

#include <filesystem>

#include "core/base/result.h"

namespace chancery::daemon {

// Holds the directory's lock until it goes. Any thread.
class StateDirectory {
 public:
  // Makes the directory (0700) where it is missing. Errors: invalid_request
  // STATE_DIRECTORY_UNSAFE (a link, no directory, another owner, open to others), unavailable
  // STATE_IN_USE (another daemon has it), STATE_DIRECTORY_FAILED.
  static Result<StateDirectory> open(std::filesystem::path path);
  ~StateDirectory();
  StateDirectory(StateDirectory&& other) noexcept;
  StateDirectory& operator=(StateDirectory&& other) noexcept;

  const std::filesystem::path& path() const { return path_; }

 private:
  StateDirectory(std::filesystem::path path, int lock_fd)
      : path_(std::move(path)), lock_fd_(lock_fd) {}
  std::filesystem::path path_;
  int lock_fd_;
};

}  // namespace chancery::daemon
