#include "daemon/journal/sqlite/deadlines.h"

#include "core/base/limits/journal.h"

namespace chancery::daemon::sqlite {
Result<void> insert_deadline(Database& database, RequestId id, std::string_view profile,
                             WallTime record_by) {
  Statement insert(database, "INSERT INTO deadlines VALUES(?1, ?2, ?3, 0, 0)");
  return insert.run(id, profile, record_by);
}

Result<void> insert_awaited(Database& database, RequestId id,
                            const std::vector<std::string>& destinations) {
  Statement leave(database, "UPDATE deadlines SET has_left = 1 WHERE id = ?1");
  TRY(leave.run(id));
  Statement insert(database, "INSERT INTO awaited VALUES(?1, ?2)");
  for (const std::string& destination : destinations) TRY(insert.run(id, destination));
  return {};
}

Result<bool> settle_awaited(Database& database, RequestId id, std::string_view destination) {
  Statement settle(database, "DELETE FROM awaited WHERE id = ?1 AND destination = ?2 RETURNING id");
  if (TRY(integers_in(settle.rows(id, destination))).empty()) return false;
  Statement find(database, "SELECT id FROM awaited WHERE id = ?1");
  return TRY(integers_in(find.rows(id))).empty();
}

Result<std::vector<RequestId>> mark_overdue(Database& database, WallTime now) {
  Statement find(database,
                 "SELECT id FROM deadlines JOIN unfinished USING(id)"
                 " WHERE is_overdue = 0 AND record_by <= ?1 AND state = ?2"
                 " ORDER BY record_by LIMIT ?3");
  std::vector<RequestId> late =
      TRY(integers_in(find.rows(now, RequestState::timestamped, limits::overdue_batch_max)));
  Statement mark(database, "UPDATE deadlines SET is_overdue = 1 WHERE id = ?1");
  Statement set_state(database, "UPDATE unfinished SET state = ?2 WHERE id = ?1");
  for (const RequestId id : late) {
    TRY(mark.run(id));
    TRY(set_state.run(id, RequestState::overdue));
  }
  return late;
}

Result<std::vector<RequestId>> find_awaited(Database& database, std::string_view destination,
                                            RequestId after, std::size_t count_max) {
  Statement find(database,
                 "SELECT id FROM awaited WHERE destination = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
  return integers_in(find.rows(destination, after, count_max));
}

Result<std::vector<RequestId>> find_recorded(Database& database, RequestId after,
                                             std::size_t count_max) {
  // State 3 is `logged`. The order of the join keeps to the index: the others may be a million.
  Statement find(database,
                 "SELECT id FROM unfinished INDEXED BY unfinished_and_logged"
                 " CROSS JOIN deadlines USING(id)"
                 " WHERE state = 3 AND id > ?1 ORDER BY id LIMIT ?2");
  return integers_in(find.rows(after, count_max));
}

Result<Released> count_released(Database& database) {
  Statement find(database, "SELECT subject, count FROM released_counts");
  Released out;
  Rows rows = find.rows();
  while (TRY(rows.next())) {
    const auto count = static_cast<std::size_t>(rows.integer(1));
    const std::string_view subject = rows.text(0);
    if (subject == "unrecorded") {
      out.unrecorded = count;
    } else if (subject == "overdue") {
      out.overdue = count;
    } else {
      out.awaited[std::string(subject)] = count;
    }
  }
  return out;
}

Result<bool> has_overdue(Database& database, std::string_view profile) {
  Statement find(database, "SELECT 1 FROM deadlines WHERE is_overdue = 1 AND profile = ?1 LIMIT 1");
  Rows rows = find.rows(profile);
  return rows.next();
}

}  // namespace chancery::daemon::sqlite
