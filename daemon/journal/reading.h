// The readers' side of the journal: one connection for all of them, which sees what is committed.
#pragma once

#include <functional>
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
  using OnDamage = std::function<void(const Error&)>;

  Reading(std::unique_ptr<sqlite::Database> database, OnDamage on_damage)
      : on_damage_(std::move(on_damage)), database_(std::move(database)), tables_(*database_) {}

  // The answer of `question(ReadTables&)`, a Result. That it met damage is told, too.
  template <typename Question>
  auto ask(Question question) {
    auto answer = [&] {
      const std::lock_guard lock(mutex_);
      return question(tables_);
    }();
    const bool is_damaged = !answer.ok() && answer.error().code == ErrorCode::corrupt;
    if (is_damaged && on_damage_) on_damage_(answer.error());
    return answer;
  }

 private:
  const OnDamage on_damage_;
  std::mutex mutex_;
  std::unique_ptr<sqlite::Database> database_;
  ReadTables tables_;
};

}  // namespace chancery::daemon
