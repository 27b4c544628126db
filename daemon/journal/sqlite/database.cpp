#include "daemon/journal/sqlite/database.h"

#include <utility>

namespace chancery::daemon::sqlite {
namespace {

constexpr std::string_view way_on =
    "; keep the state directory as it is, and restore a backup into another (docs/backup.md)";

// What is there cannot be read: of no use to try again.
bool is_unreadable(int extended_code) {
  return extended_code == SQLITE_IOERR_READ || extended_code == SQLITE_IOERR_SHORT_READ ||
         extended_code == SQLITE_IOERR_DATA || extended_code == SQLITE_IOERR_CORRUPTFS;
}

Error error_for(int code, std::string message) {
  if (is_unreadable(code)) {
    return corrupt("JOURNAL_DAMAGED", std::move(message) + std::string(way_on));
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
      return unavailable("JOURNAL_DISK_FULL",
                         std::move(message) + "; free space on this file system");
    case SQLITE_NOTADB:
      return corrupt(
          "JOURNAL_DAMAGED",
          message.append(": it is damaged, or another file lies in its place").append(way_on));
    case SQLITE_CORRUPT:
      return corrupt("JOURNAL_DAMAGED", message.append(": it is damaged").append(way_on));
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return unavailable("JOURNAL_UNREADABLE", std::move(message));
    default:
      return unavailable("JOURNAL_FAILED", std::move(message));
  }
}

// SQLite takes a file of one byte for an empty one (unixFileSize() in its os_unix.c), and would
// begin anew in what is left of a journal.
Result<void> check_not_cut_to_nothing(const std::filesystem::path& path) {
  std::error_code not_there;
  if (std::filesystem::file_size(path, not_there) != 1) return {};
  return error_for(SQLITE_NOTADB, "The journal " + path.string() + " has 1 byte");
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path, Access access,
                                                 const std::string& vfs) {
  TRY(check_not_cut_to_nothing(path));
  const int flags = (access == Access::read_only ? SQLITE_OPEN_READONLY
                                                 : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                    // Each connection has one thread at a time by its owner's lock.
                    SQLITE_OPEN_NOMUTEX;
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
  CHANCERY_ASSERT(handle != nullptr);  // only out of memory gives none
  auto database = std::unique_ptr<Database>(new Database(handle, path));
  if (code != SQLITE_OK) return database->fail(code, "open");
  sqlite3_extended_result_codes(handle, 1);
  return database;
}

Database::~Database() { sqlite3_close_v2(handle_); }

Result<void> Database::run(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(code, sql);
  return {};
}

Result<std::int64_t> Database::integer(const char* sql) {
  Statement statement(*this, sql);
  Rows rows = statement.rows();
  if (!TRY(rows.next())) return fail(SQLITE_CORRUPT, sql);
  return rows.integer(0);
}

Result<std::string> Database::text(const char* sql) {
  Statement statement(*this, sql);
  Rows rows = statement.rows();
  if (!TRY(rows.next())) return fail(SQLITE_CORRUPT, sql);
  return std::string(rows.text(0));
}

Error Database::fail(int code, std::string_view doing) {
  std::string message = "The journal " + path_.string() + ": " + sqlite3_errmsg(handle_) +
                        " (SQLite " + std::to_string(code) + ", at \"" +
                        std::string(doing.substr(0, 60)) + "\")";
  Error error = error_for(code, std::move(message));
  if (!failure_) failure_ = error;
  return error;
}

Rows::~Rows() {
  if (statement_ != nullptr) sqlite3_reset(statement_);
}

Result<bool> Rows::next() {
  if (code_ == SQLITE_OK || code_ == SQLITE_ROW) code_ = sqlite3_step(statement_);
  if (code_ == SQLITE_ROW) return true;
  if (code_ == SQLITE_DONE) return false;
  const char* const sql = statement_ == nullptr ? "prepare" : sqlite3_sql(statement_);
  return database_.fail(code_, sql);
}

ByteView Rows::blob(int column) const {
  const void* const data = sqlite3_column_blob(statement_, column);
  const int length = sqlite3_column_bytes(statement_, column);
  return {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(length)};
}

Result<std::vector<std::int64_t>> integers_in(Rows rows) {
  std::vector<std::int64_t> out;
  while (TRY(rows.next())) out.push_back(rows.integer(0));
  return out;
}

int Statement::prepare() {
  if (statement_ != nullptr) return SQLITE_OK;
  return sqlite3_prepare_v3(database_.handle(), sql_, -1, SQLITE_PREPARE_PERSISTENT, &statement_,
                            nullptr);
}

int Statement::bind(int position, std::string_view value) {
  // A null pointer would bind NULL; an empty text is not that.
  const char* const data = value.data() == nullptr ? "" : value.data();
  return sqlite3_bind_text64(statement_, position, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

int Statement::bind(int position, ByteView value) {
  const void* const data = value.data() == nullptr ? static_cast<const void*>("") : value.data();
  return sqlite3_bind_blob64(statement_, position, data, value.size(), SQLITE_STATIC);
}

}  // namespace chancery::daemon::sqlite
