// A consistent copy of a database that is in use.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.h"

namespace chancery::daemon::sqlite {

// `to` must not exist; appears whole or not at all, synced. Writers go on meanwhile.
// Errors: invalid_request BACKUP_EXISTS, unavailable JOURNAL_*.
Result<void> copy_database(const std::filesystem::path& from, const std::filesystem::path& to,
                           const std::string& vfs);

}  // namespace chancery::daemon::sqlite
