#include "daemon/journal/sqlite/log_order.h"

#include <algorithm>
#include <utility>

#include "core/base/limits/journal.h"

namespace chancery::daemon::sqlite {
namespace {

Result<tlog::Hash> hash_of(ByteView bytes) {
  tlog::Hash out{};
  if (bytes.size() != out.size()) {
    return corrupt("JOURNAL_DAMAGED", "The journal holds a log hash of the wrong length");
  }
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

}  // namespace

LogOrder::LogOrder(Database& database)
    : database_(database),
      find_leaf_(database, "SELECT idx FROM log_leaves WHERE leaf = ?1"),
      insert_leaf_(database, "INSERT INTO log_leaves VALUES(?1, ?2)"),
      insert_entry_(database, "INSERT INTO log_entries VALUES(?1, ?2, ?3)"),
      upsert_projection_(database,
                         "INSERT INTO log_projection VALUES(1, ?1, ?2)"
                         " ON CONFLICT(one) DO UPDATE SET size = ?1, root = ?2"),
      delete_projected_(database,
                        "DELETE FROM log_entries WHERE idx <"
                        " min(?1, (SELECT min(idx) FROM log_entries) + ?2)") {}

Result<void> LogOrder::recover() {
  size_ = static_cast<std::uint64_t>(
      TRY(database_.integer("SELECT max(coalesce((SELECT max(idx) + 1 FROM log_entries), 0),"
                            " coalesce((SELECT size FROM log_projection), 0))")));
  return {};
}

Result<Placed> LogOrder::place(const NewEntry& entry) {
  if (entry.may_repeat) {
    Rows rows = find_leaf_.rows(entry.leaf);
    if (TRY(rows.next())) return Placed{static_cast<std::uint64_t>(rows.integer(0)), false};
    TRY(insert_leaf_.run(entry.leaf, size_));
  }
  TRY(insert_entry_.run(size_, entry.leaf, entry.body));
  appended_.push_back({size_, entry.leaf});
  return Placed{size_++, true};
}

Result<void> LogOrder::record_projection(const Projection& projection) {
  CHANCERY_ASSERT(projection.size <= size_);
  TRY(upsert_projection_.run(projection.size, projection.root));
  return delete_projected_.run(projection.size, limits::journal_forget_batch_max);
}

std::vector<AppendedEntry> LogOrder::take_appended() { return std::exchange(appended_, {}); }

void LogOrder::forget_appended() {
  size_ -= appended_.size();
  appended_.clear();
}

LogReader::LogReader(Database& database)
    : entries_(database,
               "SELECT idx, leaf, body FROM log_entries WHERE idx >= ?1 ORDER BY idx LIMIT ?2"),
      signed_records_(database,
                      "SELECT log_index, digest_algorithm, digest, signature, algorithm,"
                      " verifier_spki FROM signatures JOIN requests USING(id)"
                      " WHERE log_index >= ?1 AND log_index < ?2"),
      projection_(database, "SELECT size, root FROM log_projection") {}

Result<std::vector<LogEntryRow>> LogReader::entries(std::uint64_t from, std::size_t count_max) {
  std::vector<LogEntryRow> out;
  Rows rows = entries_.rows(from, count_max);
  while (TRY(rows.next())) {
    const tlog::Hash leaf = TRY(hash_of(rows.blob(1)));
    out.push_back({static_cast<std::uint64_t>(rows.integer(0)), leaf, std::string(rows.text(2))});
  }
  return out;
}

Result<std::vector<SignedRecord>> LogReader::signed_records(std::uint64_t from, std::uint64_t to) {
  std::vector<SignedRecord> out;
  Rows rows = signed_records_.rows(from, to);
  while (TRY(rows.next())) {
    const std::optional<HashAlgorithm> hash = hash_named(rows.text(1));
    const std::optional<Algorithm> algorithm = algorithm_named(rows.text(4));
    if (!hash || !algorithm) continue;  // of no use: whoever reads the request is told
    out.push_back({static_cast<std::uint64_t>(rows.integer(0)),
                   {{*hash, to_bytes(rows.blob(2))},
                    to_bytes(rows.blob(3)),
                    *algorithm,
                    to_bytes(rows.blob(5)),
                    /*is_certificate=*/false}});
  }
  return out;
}

Result<Projection> LogReader::projection() {
  Rows rows = projection_.rows();
  if (!TRY(rows.next())) return Projection{};
  const tlog::Hash root = TRY(hash_of(rows.blob(1)));
  return Projection{static_cast<std::uint64_t>(rows.integer(0)), root};
}

}  // namespace chancery::daemon::sqlite
