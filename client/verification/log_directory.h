// A log in a directory of files, judged from the files alone.
#pragma once

#include <filesystem>

#include "core/bundle/trusted_root.h"
#include "core/tlog/log_check.h"

namespace chancery::client {

class LogDirectory : public tlog::LogFiles {
 public:
  explicit LogDirectory(std::filesystem::path directory) : directory_(std::move(directory)) {}
  Result<Bytes> read(const std::string& path, std::size_t bytes_max) const override;

 private:
  std::filesystem::path directory_;
};

// Checks the whole log against the key that the root has for its checkpoint's origin. Errors: those
// of tlog::check_log; not_found LOG_NOT_TRUSTED.
Result<tlog::Checkpoint> check_directory(const LogDirectory& directory,
                                         const bundle::TrustedRoot& root,
                                         const tlog::Progress& progress);

}  // namespace chancery::client
