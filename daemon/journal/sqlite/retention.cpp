#include "daemon/journal/sqlite/retention.h"

#include <algorithm>

#include "core/base/limits/journal.h"
#include "daemon/journal/sqlite/request_reader.h"

namespace chancery::daemon::sqlite {
namespace {

// The index rows, found from what the request says; must come before its own row goes.
Result<void> forget_index_rows(Database& database, const std::vector<RequestId>& ids,
                               std::vector<Sha256>& payload_files) {
  Statement find(database,
                 "SELECT uid, profile, idempotency_key, digest, payload_file FROM requests"
                 " WHERE id = ?1");
  Statement subjects(database, "SELECT digest FROM subjects WHERE id = ?1");
  Statement delete_key(database, "DELETE FROM request_keys WHERE key_hash = ?1 AND id = ?2");
  Statement delete_digest(database,
                          "DELETE FROM request_digests WHERE digest_hash = ?1 AND id = ?2");
  for (const RequestId id : ids) {
    Rows row = find.rows(id);
    if (!TRY(row.next())) continue;
    const auto uid = static_cast<std::uint32_t>(row.integer(0));
    TRY(delete_key.run(key_hash_of(uid, row.text(1), row.text(2)), id));
    TRY(delete_digest.run(digest_hash_of(row.blob(3)), id));
    Rows subject = subjects.rows(id);
    while (TRY(subject.next())) TRY(delete_digest.run(digest_hash_of(subject.blob(0)), id));
    if (row.is_null(4)) continue;
    Sha256& name = payload_files.emplace_back();
    const ByteView stored = row.blob(4);
    std::copy_n(stored.begin(), std::min(stored.size(), name.size()), name.begin());
  }
  return {};
}

}  // namespace

Result<OldRequests> find_old_requests(Database& database, RequestId after, WallTime before) {
  // The newest row stays whatever its age: the next id follows from it, and a receipt must never
  // come to name a second request.
  Statement find(database,
                 "SELECT id, id < (SELECT max(id) FROM requests) AND expires_at < ?2 AND coalesce("
                 " (SELECT finished_at FROM bundles WHERE bundles.id = requests.id),"
                 " (SELECT finished_at FROM failures WHERE failures.id = requests.id)) < ?2"
                 " FROM requests WHERE id > ?1 ORDER BY id LIMIT ?3");
  OldRequests out;
  std::size_t seen = 0;
  Rows rows = find.rows(after, before, limits::journal_forget_batch_max);
  for (; TRY(rows.next()); ++seen) {
    out.looked_up_to = rows.integer(0);
    if (rows.integer(1) != 0) out.ids.push_back(out.looked_up_to);
  }
  out.is_end = out.ids.empty() || seen < limits::journal_forget_batch_max;
  return out;
}

Result<std::vector<Sha256>> forget_requests(Database& database, const std::vector<RequestId>& ids) {
  std::vector<Sha256> payload_files;
  TRY(forget_index_rows(database, ids, payload_files));
  for (const char* sql :
       {"DELETE FROM requests WHERE id = ?1", "DELETE FROM payloads WHERE id = ?1",
        "DELETE FROM subjects WHERE id = ?1", "DELETE FROM signatures WHERE id = ?1",
        "DELETE FROM bundles WHERE id = ?1", "DELETE FROM failures WHERE id = ?1",
        "DELETE FROM remote_plans WHERE id = ?1", "DELETE FROM remote_steps WHERE id = ?1",
        "DELETE FROM remote_troubles WHERE id = ?1"}) {
    Statement forget(database, sql);
    for (const RequestId id : ids) TRY(forget.run(id));
  }
  return payload_files;
}

Result<void> forget_refusals(Database& database, WallTime before) {
  Statement forget(database,
                   "DELETE FROM refusals WHERE at < ?1 AND id < (SELECT max(id) FROM refusals)");
  return forget.run(before);
}

Result<bool> names_payload_file(Database& database, const Sha256& name) {
  Statement find(database, "SELECT 1 FROM requests WHERE payload_file = ?1 LIMIT 1");
  Rows rows = find.rows(name);
  return rows.next();
}

}  // namespace chancery::daemon::sqlite
