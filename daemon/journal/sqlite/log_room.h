// Room for the write-ahead log, taken before it is needed.
#pragma once

#include <cstddef>
#include <filesystem>

#include "core/base/result.h"

namespace chancery::daemon::sqlite {

// A commit into blocks that the file already has costs half of one that makes the file grow (the
// file system then commits its own journal too): 125 against 280 us, three times for a signature.
// So zeros are put behind what the log holds: SQLite knows its frames by their checksums, and
// reuses the file from its start after each checkpoint. Once the database is open in WAL mode.
// Error: unavailable JOURNAL_UNREADABLE. On a full disk the log stays as it is, and grows as it
// must.
Result<void> make_log_room(const std::filesystem::path& database, std::size_t bytes);

}  // namespace chancery::daemon::sqlite
