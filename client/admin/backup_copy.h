// A backup of a daemon's state, as `chancery backup` made it: judged, and copied into a new state.
#pragma once

#include <filesystem>
#include <string_view>

#include "client/verification/log_directory.h"

namespace chancery::client {

class BackupCopy {
 public:
  explicit BackupCopy(std::filesystem::path directory);

  // Journal and log are there, and the log's checkpoint can be read. Its signature is not checked:
  // the daemon does that with its key. Errors: corrupt BACKUP_INCOMPLETE; those of parse_note and
  // parse_checkpoint.
  Result<tlog::Checkpoint> check() const;

  // The log in the backup contains everything that the note speaks of. Errors: invalid_request
  // BACKUP_WOULD_FORK_LOG, where the log has grown since; BACKUP_OF_ANOTHER_LOG; those of
  // parse_note and parse_checkpoint; corrupt BACKUP_CONTRADICTS_CHECKPOINT: the two were never one
  // log.
  Result<void> check_continues(std::string_view newest_note) const;

  // Copies into a directory that must be missing or empty, private to this user, and synced. Where
  // it fails, the directory is as empty as before.
  // Errors: invalid_request RESTORE_TARGET_NOT_EMPTY; unavailable RESTORE_FAILED.
  Result<void> copy_to(const std::filesystem::path& target) const;

 private:
  std::filesystem::path directory_;
  LogDirectory log_;
};

}  // namespace chancery::client
