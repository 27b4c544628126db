#include "daemon/journal/sqlite/remote_steps.h"

namespace chancery::daemon::sqlite {

Result<void> record_remote_step(Database& database, RequestId id, const RemoteStep& step) {
  const auto* recorded = std::get_if<Recorded>(&step.outcome);
  if (recorded != nullptr && recorded->duplicate) {
    Statement count(database,
                    "INSERT INTO settings VALUES(?1, '1')"
                    " ON CONFLICT(name) DO UPDATE SET value = CAST(value + 1 AS TEXT)");
    TRY(count.run(log_duplicates_setting));
  }
  Statement record(database, "INSERT OR REPLACE INTO remote_steps VALUES(?1, ?2, ?3, ?4, ?5)");
  return record.run(id, step.destination, step.attempts, step.noted_size, step.answer);
}

Result<bool> record_remote_trouble(Database& database, RequestId id, const RemoteTrouble& trouble) {
  {
    Statement find(
        database, "SELECT 1 FROM remote_troubles WHERE id = ?1 AND destination = ?2 AND kind = ?3");
    Rows rows = find.rows(id, trouble.destination, trouble.kind);
    if (TRY(rows.next())) return false;
  }
  Statement insert(database, "INSERT INTO remote_troubles VALUES(?1, ?2, ?3)");
  TRY(insert.run(id, trouble.destination, trouble.kind));
  return true;
}

Result<std::vector<RemoteStep>> read_remote_steps(Database& database, RequestId id) {
  Statement find(database,
                 "SELECT destination, attempts, noted_size, answer FROM remote_steps"
                 " WHERE id = ?1 ORDER BY destination");
  std::vector<RemoteStep> steps;
  Rows rows = find.rows(id);
  while (TRY(rows.next())) {
    steps.push_back({std::string(rows.text(0)), static_cast<std::uint32_t>(rows.integer(1)),
                     static_cast<std::uint64_t>(rows.integer(2)), to_bytes(rows.blob(3))});
  }
  return steps;
}

}  // namespace chancery::daemon::sqlite
