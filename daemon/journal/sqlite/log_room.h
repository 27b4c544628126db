// Room for the write-ahead log, taken before it is needed.
#pragma once

#include <cstddef>

#include "daemon/journal/sqlite/database.h"

namespace chancery::daemon::sqlite {

// A commit into blocks that the file already has costs half of one that makes the file grow (the
// file system then commits its own journal too): 125 against 280 us, three times for a signature.
// So zeros are put behind what the log holds: SQLite knows its frames by their checksums, and
// reuses the file from its start after each checkpoint. Once the connection has written in WAL
// mode, on its thread, outside a transaction. On a full disk the log stays as it is, and grows as
// it must. Error: JOURNAL_FAILED, a sync that failed.
Result<void> make_log_room(Database& database, std::size_t bytes);

}  // namespace chancery::daemon::sqlite
