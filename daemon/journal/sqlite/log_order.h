// The order of the local log's entries, and what is kept of them until the files have them.
#pragma once

#include "daemon/journal/journal.h"
#include "daemon/journal/sqlite/database.h"

namespace chancery::daemon::sqlite {

// A leaf whose signature algorithm is deterministic may come again: it is looked up, and kept for
// ever in an index of its own.
struct NewEntry {
  tlog::Hash leaf;
  std::string body;
  bool may_repeat;
};

// Within the writer's transaction, on its thread.
class LogOrder {
 public:
  explicit LogOrder(Database& database);

  Result<void> recover();  // reads where the log ends
  std::uint64_t size() const { return size_; }

  Result<Placed> place(const NewEntry& entry);
  Result<void> record_projection(const Projection& projection);

  // What was placed in this transaction.
  const std::vector<AppendedEntry>& appended() const { return appended_; }
  // What was placed since the last call, once its transaction is durable.
  std::vector<AppendedEntry> take_appended();
  // The transaction was rolled back: the places are free again.
  void forget_appended();

 private:
  Database& database_;
  std::uint64_t size_ = 0;
  std::vector<AppendedEntry> appended_;
  Statement find_leaf_;
  Statement insert_leaf_;
  Statement insert_entry_;
  Statement upsert_projection_;
  Statement delete_projected_;
};

// The readers' side.
class LogReader {
 public:
  explicit LogReader(Database& database);
  Result<std::vector<LogEntryRow>> entries(std::uint64_t from, std::size_t count_max);
  Result<std::vector<SignedRecord>> signed_records(std::uint64_t from, std::uint64_t to);
  Result<Projection> projection();

 private:
  Statement entries_;
  Statement signed_records_;
  Statement projection_;
};

}  // namespace chancery::daemon::sqlite
