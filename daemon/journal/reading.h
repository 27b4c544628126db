// The readers' side of the journal: one connection for all of them, which sees what is committed.
#pragma once

#include <memory>
#include <mutex>

#include "daemon/journal/sqlite/database.h"
#include "daemon/journal/sqlite/log_order.h"
#include "daemon/journal/sqlite/request_reader.h"

namespace chancery::daemon {

// What a reader asks.
struct ReadTables {
  explicit ReadTables(sqlite::Database& connection)
      : database(connection), requests(connection), log(connection) {}
  sqlite::Database& database;
  sqlite::RequestReader requests;
  sqlite::LogReader log;
};

// Thread-safe: one reader at a time.
class Reading {
 public:
  explicit Reading(std::unique_ptr<sqlite::Database> database)
      : database_(std::move(database)), tables_(*database_) {}

  // The answer of `question(ReadTables&)`.
  template <typename Question>
  auto ask(Question question) {
    const std::lock_guard lock(mutex_);
    return question(tables_);
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<sqlite::Database> database_;
  ReadTables tables_;
};

}  // namespace chancery::daemon
