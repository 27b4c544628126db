#include "daemon/journal/sqlite/log_room.h"

#include <algorithm>
#include <vector>

namespace chancery::daemon::sqlite {
namespace {

constexpr sqlite3_int64 write_bytes = 256 << 10;

int put_zeros(sqlite3_file* file, sqlite3_int64 from, sqlite3_int64 to) {
  const std::vector<char> zeros(static_cast<std::size_t>(write_bytes));
  int code = SQLITE_OK;
  while (from < to && code == SQLITE_OK) {
    const sqlite3_int64 count = std::min(write_bytes, to - from);
    code = file->pMethods->xWrite(file, zeros.data(), static_cast<int>(count), from);
    from += count;
  }
  return code;
}

}  // namespace

Result<void> make_log_room(Database& database, std::size_t bytes) {
  // SQLite's own handle of the log, so that its file layer (a test's, too) sees what is done.
  sqlite3_file* file = nullptr;
  int code = sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
  if (code != SQLITE_OK || file == nullptr || file->pMethods == nullptr) return {};
  sqlite3_int64 size = 0;
  const auto wanted = static_cast<sqlite3_int64>(bytes);
  code = file->pMethods->xFileSize(file, &size);
  if (code != SQLITE_OK || size >= wanted) return {};
  if (put_zeros(file, size, wanted) != SQLITE_OK) {
    file->pMethods->xTruncate(file, size);  // gives back what a full disk had left
    return {};
  }
  // Unsynced blocks would make the first commit pay for all of them.
  code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
  if (code != SQLITE_OK) return database.fail(code, "sync of the log's room");
  return {};
}

}  // namespace chancery::daemon::sqlite
