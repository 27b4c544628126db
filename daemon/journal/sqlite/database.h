// SQLite in our words: a connection, statements that are kept, rows that end by themselves.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/deadline.h"
#include "core/base/result.h"

namespace chancery::daemon::sqlite {

enum class Access { read_write_create, read_only };

// One connection; one thread at a time. Remembers the first failure of any of its statements, so
// that a writer can tell "SQLite failed" from an answer that happens to be an error.
class Database {
 public:
  // `vfs` names one of SQLite's registered file layers; empty is the ordinary one.
  // Errors: corrupt JOURNAL_DAMAGED, unavailable JOURNAL_UNREADABLE.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path, Access access,
                                                const std::string& vfs);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Result<void> run(const char* sql);  // any number of statements, without answers
  Result<std::int64_t> integer(const char* sql);
  Result<std::string> text(const char* sql);

  // The Error for a SQLite result code, and a note of it in failure(). A full disk is unavailable
  // JOURNAL_DISK_FULL; SQLite has then written nothing that counts.
  Error fail(int code, std::string_view doing);
  const std::optional<Error>& failure() const { return failure_; }
  void forget_failure() { failure_.reset(); }

  sqlite3* handle() const { return handle_; }

 private:
  Database(sqlite3* handle, std::filesystem::path path) : handle_(handle), path_(std::move(path)) {}
  sqlite3* handle_;
  std::filesystem::path path_;
  std::optional<Error> failure_;
};

// The rows of one run of a statement. Ends the run (and its read lock) when it goes.
class Rows {
 public:
  Rows(Database& database, sqlite3_stmt* statement, int bind_code)
      : database_(database), statement_(statement), code_(bind_code) {}
  ~Rows();
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  Result<bool> next();  // false: no more
  // Of the present row; views live until next().
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string_view text(int column) const { return as_text(blob(column)); }
  ByteView blob(int column) const;
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  Database& database_;
  sqlite3_stmt* statement_;
  int code_;
};

// The first column of all that are left.
Result<std::vector<std::int64_t>> integers_in(Rows rows);

// Prepared at its first use, then kept.
class Statement {
 public:
  Statement(Database& database, const char* sql) : database_(database), sql_(sql) {}
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Binds ?1, ?2, ...; the values must outlive the rows.
  template <typename... Values>
  Rows rows(const Values&... values) {
    int code = prepare();
    int position = 0;
    ((code = code == SQLITE_OK ? bind(++position, values) : code), ...);
    return Rows(database_, statement_, code);
  }
  // For statements that answer no rows.
  template <typename... Values>
  Result<void> run(const Values&... values) {
    Rows all = rows(values...);
    TRY(all.next());
    return {};
  }

 private:
  int prepare();
  template <typename T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
  int bind(int position, T value) {
    return sqlite3_bind_int64(statement_, position, static_cast<std::int64_t>(value));
  }
  int bind(int position, WallTime value) {
    return bind(position, value.time_since_epoch().count());
  }
  int bind(int position, std::string_view value);
  int bind(int position, ByteView value);
  int bind(int position, std::nullopt_t) { return sqlite3_bind_null(statement_, position); }
  template <typename T>
  int bind(int position, const std::optional<T>& value) {
    return value ? bind(position, *value) : bind(position, std::nullopt);
  }

  Database& database_;
  const char* sql_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace chancery::daemon::sqlite
