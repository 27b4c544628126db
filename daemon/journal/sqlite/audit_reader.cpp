#include "daemon/journal/sqlite/audit_reader.h"

#include <algorithm>

#include "core/audit/record.h"
#include "daemon/journal/sqlite/schema.h"

namespace chancery::daemon::sqlite {
namespace {

Result<audit::Link> link_of(ByteView bytes) {
  audit::Link out{};
  if (bytes.size() != out.size()) {
    return corrupt("JOURNAL_DAMAGED", "The audit holds a link of the wrong length");
  }
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

class Reader final : public AuditReader {
 public:
  explicit Reader(std::unique_ptr<Database> database)
      : database_(std::move(database)),
        rows_(*database_,
              "SELECT number, record, link FROM audit WHERE number >= ?1 ORDER BY number LIMIT ?2"),
        heads_(*database_,
               "SELECT size, note FROM audit_heads WHERE size >= ?1 ORDER BY size LIMIT ?2") {}

  Result<audit::Head> head() override { return read_audit_end(*database_); }

  Result<audit::Head> start() override {
    const std::vector<AuditRow> first = TRY(rows(0, 1));
    if (first.empty() || first[0].number <= 1) return audit::Head{};
    const std::uint64_t before = first[0].number - 1;
    const std::vector<AuditHeadRow> head = TRY(heads(before, 1));
    if (!head.empty() && head[0].size == before) return audit::parse_head(head[0].note);
    // Records are being forgotten, or somebody took them: the verifier will say.
    return audit::Head{before, audit::first_link};
  }

  Result<std::vector<AuditRow>> rows(std::uint64_t from, std::size_t count_max) override {
    std::vector<AuditRow> out;
    Rows found = rows_.rows(from, count_max);
    while (TRY(found.next())) {
      const audit::Link link = TRY(link_of(found.blob(2)));
      out.push_back(
          {static_cast<std::uint64_t>(found.integer(0)), std::string(found.text(1)), link});
    }
    return out;
  }

  Result<std::vector<AuditHeadRow>> heads(std::uint64_t from_size, std::size_t count_max) override {
    std::vector<AuditHeadRow> out;
    Rows found = heads_.rows(from_size, count_max);
    while (TRY(found.next())) {
      out.push_back({static_cast<std::uint64_t>(found.integer(0)), std::string(found.text(1))});
    }
    return out;
  }

 private:
  std::unique_ptr<Database> database_;
  Statement rows_;
  Statement heads_;
};

}  // namespace

Result<std::unique_ptr<AuditReader>> open_audit_reader(const std::filesystem::path& path,
                                                       const std::string& vfs) {
  auto database = TRY(Database::open(path, Access::read_only, vfs));
  TRY(configure_reader(*database));
  return std::unique_ptr<AuditReader>(std::make_unique<Reader>(std::move(database)));
}

Result<audit::Head> read_audit_end(Database& database) {
  Statement last(database, "SELECT number, link FROM audit ORDER BY number DESC LIMIT 1");
  Rows found = last.rows();
  if (!TRY(found.next())) return audit::Head{};
  const audit::Link link = TRY(link_of(found.blob(1)));
  return audit::Head{static_cast<std::uint64_t>(found.integer(0)), link};
}

Result<std::string> read_newest_head(Database& database) {
  Statement newest(database, "SELECT note FROM audit_heads ORDER BY size DESC LIMIT 1");
  Rows found = newest.rows();
  if (!TRY(found.next())) return std::string();
  return std::string(found.text(0));
}

// From the oldest on, as far as they are old: those forgotten earlier have no record any more.
Result<std::uint64_t> find_sealed_before(Database& database, WallTime time) {
  Statement sealed(
      database, "SELECT size, record FROM audit_heads JOIN audit ON number = size ORDER BY size");
  std::uint64_t out = 0;
  Rows found = sealed.rows();
  while (TRY(found.next())) {
    const Result<audit::Stamp> stamp = audit::read_stamp(found.text(1));
    if (!stamp.ok() || stamp->at >= time) break;
    out = static_cast<std::uint64_t>(found.integer(0));
  }
  return out;
}

}  // namespace chancery::daemon::sqlite
