#include "daemon/journal/sqlite/audit_writer.h"

#include "core/base/limits/journal.h"
#include "daemon/journal/sqlite/audit_reader.h"

namespace chancery::daemon::sqlite {
namespace {

Error contradiction(std::uint64_t size, std::string_view what) {
  return corrupt("AUDIT_CONTRADICTS_HEAD",
                 "The newest signed head of the audit covers " + std::to_string(size) +
                     " records, and " + std::string(what) +
                     ": somebody changed the journal. Keep it for whoever looks into that, and "
                     "restore a backup (docs/audit.md)");
}

}  // namespace

AuditWriter::AuditWriter(Database& database)
    : database_(database),
      insert_record_(database, "INSERT INTO audit VALUES(?1, ?2, ?3)"),
      insert_head_(database, "INSERT OR IGNORE INTO audit_heads VALUES(?1, ?2)") {}

Result<void> AuditWriter::recover() {
  head_ = committed_ = TRY(read_audit_end(database_));
  const std::string note = TRY(read_newest_head(database_));
  if (note.empty()) return {};
  const Result<audit::Head> sealed = audit::parse_head(note);
  if (!sealed.ok()) return corrupt("JOURNAL_DAMAGED", sealed.error().message);
  if (sealed->size > head_.size) {
    return contradiction(sealed->size, "only " + std::to_string(head_.size) + " are there");
  }
  if (TRY(leads_on(*sealed))) return {};
  return contradiction(sealed->size, "the last of them is another now");
}

// Its last record is there, or was forgotten and the next one follows it.
Result<bool> AuditWriter::leads_on(const audit::Head& sealed) {
  Statement find(
      database_,
      "SELECT number, record, link FROM audit WHERE number >= ?1 ORDER BY number LIMIT 1");
  Rows found = find.rows(sealed.size);
  if (!TRY(found.next())) return false;
  const bool is_its_last = found.integer(0) == static_cast<std::int64_t>(sealed.size);
  const audit::Link expected =
      is_its_last ? sealed.link : audit::next_link(sealed.link, found.text(1));
  return equal(found.blob(2), expected);
}

Result<void> AuditWriter::append(const audit::Event& event) {
  const std::uint64_t number = head_.size + 1;
  const std::string record = audit::write_record(number, now_, event);
  const audit::Link link = audit::next_link(head_.link, record);
  TRY(insert_record_.run(number, record, link));
  head_ = {number, link};
  return {};
}

Result<void> AuditWriter::record_head(std::uint64_t size, std::string_view note) {
  CHANCERY_ASSERT(size <= head_.size);
  return insert_head_.run(size, note);
}

Result<void> AuditWriter::begin_to_forget(std::uint64_t last) {
  Statement find(database_, "SELECT 1 FROM audit WHERE number <= ?1 LIMIT 1");
  Rows found = find.rows(last);
  if (!TRY(found.next())) return {};
  return append(audit::Forgotten{last});
}

Result<bool> AuditWriter::forget_some(std::uint64_t last) {
  Statement forget(database_,
                   "DELETE FROM audit WHERE number <="
                   " min(?1, (SELECT min(number) FROM audit) + ?2)");
  TRY(forget.run(last, limits::journal_forget_batch_max));
  Statement find(database_, "SELECT 1 FROM audit WHERE number <= ?1 LIMIT 1");
  Rows found = find.rows(last);
  return found.next();
}

}  // namespace chancery::daemon::sqlite
