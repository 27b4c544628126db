#include "daemon/journal/sqlite/deadlines.h"

#include "core/base/limits/journal.h"

namespace chancery::daemon::sqlite {
namespace {

std::int64_t number_of(RequestState state) { return static_cast<std::int64_t>(state); }

}  // namespace

Result<void> insert_deadline(Database& database, RequestId id, std::string_view profile,
                             WallTime record_by) {
  Statement insert(database, "INSERT INTO deadlines VALUES(?1, ?2, ?3, 0)");
  return insert.run(id, profile, record_by.time_since_epoch().count());
}

Result<std::vector<RequestId>> mark_overdue(Database& database, WallTime now) {
  Statement find(database,
                 "SELECT id FROM deadlines JOIN unfinished USING(id)"
                 " WHERE is_overdue = 0 AND record_by <= ?1 AND state = ?2"
                 " ORDER BY record_by LIMIT ?3");
  std::vector<RequestId> late;
  {
    Rows rows = find.rows(now.time_since_epoch().count(), number_of(RequestState::timestamped),
                          static_cast<std::int64_t>(limits::overdue_batch_max));
    while (TRY(rows.next())) late.push_back(rows.integer(0));
  }
  Statement mark(database, "UPDATE deadlines SET is_overdue = 1 WHERE id = ?1");
  Statement set_state(database, "UPDATE unfinished SET state = ?2 WHERE id = ?1");
  for (const RequestId id : late) {
    TRY(mark.run(id));
    TRY(set_state.run(id, number_of(RequestState::overdue)));
  }
  return late;
}

Result<std::vector<RequestId>> find_released(Database& database, RequestId after,
                                             std::size_t count_max) {
  Statement find(database,
                 "SELECT id FROM deadlines JOIN unfinished USING(id)"
                 " WHERE id > ?1 AND state <> ?2 AND state <> ?3 ORDER BY id LIMIT ?4");
  std::vector<RequestId> out;
  Rows rows = find.rows(after, number_of(RequestState::accepted), number_of(RequestState::signed_),
                        static_cast<std::int64_t>(count_max));
  while (TRY(rows.next())) out.push_back(rows.integer(0));
  return out;
}

Result<Released> count_released(Database& database) {
  // Those that are only accepted or signed (states 0 and 1) have not left.
  const std::int64_t unrecorded = TRY(
      database.integer("SELECT count(*) FROM deadlines JOIN unfinished USING(id) WHERE state > 1"));
  const std::int64_t overdue =
      TRY(database.integer("SELECT count(*) FROM deadlines WHERE is_overdue = 1"));
  return Released{static_cast<std::size_t>(unrecorded), static_cast<std::size_t>(overdue)};
}

Result<bool> has_overdue(Database& database, std::string_view profile) {
  Statement find(database, "SELECT 1 FROM deadlines WHERE is_overdue = 1 AND profile = ?1 LIMIT 1");
  Rows rows = find.rows(profile);
  return rows.next();
}

}  // namespace chancery::daemon::sqlite
