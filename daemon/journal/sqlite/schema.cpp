#include "daemon/journal/sqlite/schema.h"

#include <array>

#include "core/base/limits/journal.h"

namespace chancery::daemon::sqlite {
namespace {

// Rows are only added, never grown: a row that grew would split the page it shares with its
// neighbours. What happens to a request later is a row of its own with the same id; the state of
// those not finished is in `unfinished`, which stays as small as the work in hand.
//
// key_hash and digest_hash are the first 8 bytes of a SHA-256: narrow rows make a dense index.
// The index only proposes: the row itself is compared before it counts.
constexpr const char* version_1 = R"(
CREATE TABLE settings(
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE requests(
  id INTEGER PRIMARY KEY,
  uid INTEGER NOT NULL,
  gid INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  profile TEXT NOT NULL,
  rule TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  request_hash BLOB NOT NULL,
  kind INTEGER NOT NULL,
  artifact TEXT NOT NULL,
  digest_algorithm TEXT NOT NULL,
  digest BLOB NOT NULL,
  predicate_type TEXT NOT NULL,
  payload_file BLOB,
  backend TEXT NOT NULL,
  key_name TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX requests_by_payload_file ON requests(payload_file) WHERE payload_file IS NOT NULL;
CREATE TABLE payloads(id INTEGER PRIMARY KEY, payload BLOB NOT NULL);
CREATE TABLE subjects(id INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY(id, digest)) WITHOUT ROWID;
CREATE TABLE unfinished(id INTEGER PRIMARY KEY, state INTEGER NOT NULL);
CREATE TABLE signatures(
  id INTEGER PRIMARY KEY,
  signature BLOB NOT NULL,
  verifier_spki BLOB NOT NULL,
  log_index INTEGER NOT NULL
);
CREATE TABLE bundles(
  id INTEGER PRIMARY KEY,
  finished_at INTEGER NOT NULL,
  bundle TEXT NOT NULL
);
CREATE TABLE failures(
  id INTEGER PRIMARY KEY,
  finished_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL
);
CREATE TABLE request_keys(
  key_hash INTEGER NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY(key_hash, id)
) WITHOUT ROWID;
CREATE TABLE request_digests(
  digest_hash INTEGER NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY(digest_hash, id)
) WITHOUT ROWID;

CREATE TABLE refusals(
  id INTEGER PRIMARY KEY,
  uid INTEGER NOT NULL,
  gid INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  method TEXT NOT NULL,
  profile TEXT NOT NULL,
  rule TEXT NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL,
  at INTEGER NOT NULL
);
-- For the audit: every decision, allowed or refused, in one shape.
CREATE VIEW decisions AS
  SELECT accepted_at AS at, 1 AS allowed, uid, gid, pid,
         iif(kind = 0, 'Signer.Sign', 'Signer.SignStatement') AS method,
         profile, rule, '' AS reason, '' AS message, id AS request
  FROM requests
  UNION ALL
  SELECT at, 0, uid, gid, pid, method, profile, rule, reason, message, NULL FROM refusals;

CREATE TABLE log_entries(idx INTEGER PRIMARY KEY, leaf BLOB NOT NULL, body TEXT NOT NULL);
CREATE TABLE log_leaves(leaf BLOB PRIMARY KEY, idx INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE log_projection(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  size INTEGER NOT NULL,
  root BLOB NOT NULL
);
)";

// What administrators do, and what of it holds now.
constexpr const char* version_2 = R"(
CREATE TABLE acts(
  id INTEGER PRIMARY KEY,
  uid INTEGER NOT NULL,
  gid INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  method TEXT NOT NULL,
  subject TEXT NOT NULL,
  outcome TEXT NOT NULL,
  message TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE TABLE stopped(subject TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE certificates(subject TEXT PRIMARY KEY, chain TEXT NOT NULL) WITHOUT ROWID;
)";

// The audit: only ever appended to, but for whole sealed ranges that are too old. The heads stay.
constexpr const char* version_3 = R"(
CREATE TABLE audit(number INTEGER PRIMARY KEY, record TEXT NOT NULL, link BLOB NOT NULL);
CREATE TABLE audit_heads(size INTEGER PRIMARY KEY, note TEXT NOT NULL);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
  BEGIN SELECT raise(ABORT, 'the audit is never changed'); END;
)";

// Requests that logs and timestamp authorities elsewhere have a part in: what was planned for them
// when they were accepted, and how far each destination is.
constexpr const char* version_4 = R"(
CREATE TABLE remote_plans(id INTEGER PRIMARY KEY, plan TEXT NOT NULL);
CREATE TABLE remote_steps(
  id INTEGER NOT NULL,
  destination TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  noted_size INTEGER NOT NULL,
  answer BLOB NOT NULL,
  PRIMARY KEY(id, destination)
) WITHOUT ROWID;
)";

// Requests that leave before their logs have them, until they are done: as small as the work in
// hand.
constexpr const char* version_5 = R"(
CREATE TABLE deadlines(
  id INTEGER PRIMARY KEY,
  profile TEXT NOT NULL,
  record_by INTEGER NOT NULL,
  is_overdue INTEGER NOT NULL
);
CREATE INDEX deadlines_to_come ON deadlines(record_by) WHERE is_overdue = 0;
CREATE INDEX deadlines_missed ON deadlines(profile) WHERE is_overdue = 1;
)";

// What went wrong between a request and a destination, and the audit has been told of.
constexpr const char* version_6 = R"(
CREATE TABLE remote_troubles(
  id INTEGER NOT NULL,
  destination TEXT NOT NULL,
  kind INTEGER NOT NULL,
  PRIMARY KEY(id, destination, kind)
) WITHOUT ROWID;
)";

// Which logs have yet to record what has left, one row for each, and how many rows there are:
// counted as they come and go, for there may be a million. What all logs have is found at once,
// too. Those that had left before are found by their plans: "logs NAME NAME" is the first line.
constexpr const char* version_7 = R"(
ALTER TABLE deadlines ADD COLUMN has_left INTEGER NOT NULL DEFAULT 0;
UPDATE deadlines SET has_left = 1 WHERE id IN (SELECT id FROM unfinished WHERE state > 1);
CREATE TABLE awaited(
  id INTEGER NOT NULL,
  destination TEXT NOT NULL,
  PRIMARY KEY(id, destination)
) WITHOUT ROWID;
CREATE INDEX awaited_of_destination ON awaited(destination, id);
CREATE INDEX unfinished_and_logged ON unfinished(id) WHERE state = 3;
CREATE TABLE released_counts(subject TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO released_counts
  SELECT 'unrecorded', coalesce(sum(has_left), 0) FROM deadlines UNION ALL
  SELECT 'overdue', coalesce(sum(is_overdue), 0) FROM deadlines;
CREATE TRIGGER released_changes AFTER UPDATE OF has_left, is_overdue ON deadlines BEGIN
  UPDATE released_counts SET count = count + NEW.has_left - OLD.has_left
    WHERE subject = 'unrecorded';
  UPDATE released_counts SET count = count + NEW.is_overdue - OLD.is_overdue
    WHERE subject = 'overdue';
END;
CREATE TRIGGER released_ends AFTER DELETE ON deadlines WHEN OLD.has_left = 1 BEGIN
  UPDATE released_counts SET count = count - 1 WHERE subject = 'unrecorded';
  UPDATE released_counts SET count = count - OLD.is_overdue WHERE subject = 'overdue';
END;
CREATE TRIGGER awaited_begins AFTER INSERT ON awaited BEGIN
  INSERT INTO released_counts VALUES(NEW.destination, 1)
    ON CONFLICT(subject) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER awaited_ends AFTER DELETE ON awaited BEGIN
  UPDATE released_counts SET count = count - 1 WHERE subject = OLD.destination;
END;
WITH RECURSIVE words(id, word, rest) AS (
  SELECT id, '', substr(plan, 6, instr(plan, char(10)) - 6) || ' '
    FROM remote_plans JOIN deadlines USING(id) WHERE has_left = 1 AND plan LIKE 'logs %'
  UNION ALL
  SELECT id, substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1)
    FROM words WHERE rest <> '')
INSERT INTO awaited SELECT id, 'log:' || word FROM words WHERE word <> '' AND NOT EXISTS(
  SELECT 1 FROM remote_steps
  WHERE remote_steps.id = words.id AND destination = 'log:' || word AND length(answer) > 0);
)";

// The SHA-256 of each bundle, so that one that the disk has changed is never handed out. Those
// archived before have none: nobody can say what they were.
constexpr const char* version_8 = R"(
ALTER TABLE bundles ADD COLUMN sha256 BLOB;
)";

constexpr std::array<const char*, 8> all_migrations = {version_1, version_2, version_3, version_4,
                                                       version_5, version_6, version_7, version_8};

Result<void> migrate_one(Database& database, const char* step, std::int64_t to) {
  TRY(database.run("BEGIN EXCLUSIVE"));
  TRY(database.run(step));
  const std::string header = "PRAGMA application_id=" + std::to_string(application_id) +
                             "; PRAGMA user_version=" + std::to_string(to);
  TRY(database.run(header.c_str()));
  return database.run("COMMIT");
}

Result<void> check_identity(Database& database) {
  const std::int64_t identity = TRY(database.integer("PRAGMA application_id"));
  const std::int64_t tables = TRY(database.integer("SELECT count(*) FROM sqlite_schema"));
  const bool is_new = identity == 0 && tables == 0;
  if (is_new || identity == application_id) return {};
  return corrupt("JOURNAL_DAMAGED",
                 "The journal is a database of another program (application_id " +
                     std::to_string(identity) + "); move it away");
}

Result<void> check_log_order(Database& database) {
  const bool continuous =
      TRY(database.integer(
          "SELECT count(*) = coalesce(max(idx) - min(idx) + 1, 0) AND"
          " coalesce(min(idx), 0) <= coalesce((SELECT size FROM log_projection), 0)"
          " FROM log_entries")) != 0;
  if (!continuous) {
    return corrupt("JOURNAL_DAMAGED",
                   "The journal's log entries have a gap; restore a backup (docs/backup.md)");
  }
  // The newest requests only, more than can be in flight: a million would take too long.
  const bool within =
      TRY(database.integer(
          "SELECT coalesce(max(log_index), -1) <"
          " max(coalesce((SELECT max(idx) + 1 FROM log_entries), 0),"
          "     coalesce((SELECT size FROM log_projection), 0))"
          " OR count(*) = 0"
          " FROM (SELECT log_index FROM signatures ORDER BY id DESC LIMIT 8192)")) != 0;
  if (within) return {};
  return corrupt("JOURNAL_DAMAGED",
                 "The journal has a signature whose place lies beyond its log; restore a backup "
                 "(docs/backup.md)");
}

}  // namespace

Result<void> configure_writer(Database& database) {
  TRY(database.run("PRAGMA page_size=4096"));
  const std::string mode = TRY(database.text("PRAGMA journal_mode=WAL"));
  if (mode != "wal") {
    return unavailable("JOURNAL_FAILED", "The journal cannot use write-ahead logging here (mode " +
                                             mode + "); use a local file system");
  }
  // FULL: each commit is fsynced. The writer checkpoints by itself, after it has answered.
  return database.run(
      "PRAGMA synchronous=FULL;"
      "PRAGMA wal_autocheckpoint=0;"
      "PRAGMA journal_size_limit=67108864;"  // it grows while a backup reads, and shrinks after
      "PRAGMA secure_delete=OFF;"
      "PRAGMA foreign_keys=OFF;"
      "PRAGMA temp_store=MEMORY;"
      "PRAGMA cache_size=-8192");
}

Result<void> configure_reader(Database& database) {
  // A reader waits only while the writer recovers or resets the write-ahead log.
  sqlite3_busy_timeout(database.handle(), 10000);
  return database.run("PRAGMA query_only=1; PRAGMA cache_size=-1024");
}

std::span<const char* const> migrations() { return all_migrations; }

Result<void> migrate(Database& database, std::span<const char* const> steps) {
  TRY(check_identity(database));
  const std::int64_t newest = std::ssize(steps);
  std::int64_t version = TRY(database.integer("PRAGMA user_version"));
  if (version > newest || version < 0) {
    return unsupported("JOURNAL_TOO_NEW", "The journal was written by a newer Chancery (schema " +
                                              std::to_string(version) + ", this one knows " +
                                              std::to_string(newest) + "); install that version");
  }
  for (; version < newest; ++version) {
    TRY(migrate_one(database, steps[static_cast<std::size_t>(version)], version + 1));
  }
  return {};
}

Result<void> check(Database& database) {
  const std::int64_t bytes = TRY(
      database.integer("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"));
  if (bytes <= static_cast<std::int64_t>(limits::journal_check_bytes_max)) {
    const std::string found = TRY(database.text("PRAGMA quick_check(1)"));
    if (found != "ok") {
      return corrupt("JOURNAL_DAMAGED", "The journal fails its check: " + found +
                                            "; restore a backup (docs/backup.md)");
    }
  }
  return check_log_order(database);
}

}  // namespace chancery::daemon::sqlite
