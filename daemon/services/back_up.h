// A consistent copy of journal, payloads and log, made while the daemon goes on.
#pragma once

#include <filesystem>

#include "daemon/flows/parts.h"

namespace chancery::daemon {

struct BackUp {
  std::filesystem::path directory;
  std::uint64_t log_size;
};

// Makes <state>/backups/<name>. Keys are not in it: they are kept apart (docs/backup.md).
// Errors: invalid_request BACKUP_NAME_INVALID, BACKUP_EXISTS; unavailable BACKUP_FAILED.
Result<BackUp> back_up_state(const Parts& parts, std::string_view name);

}  // namespace chancery::daemon
