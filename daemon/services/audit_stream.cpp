#include "daemon/services/audit_stream.h"

#include <fmt/format.h>

#include "chancery/v1/audit.pb.h"
#include "core/audit/transcript.h"
#include "core/base/limits/audit.h"

namespace chancery::daemon {
namespace {

std::optional<std::string> chunk_of(std::string lines) {
  v1::AuditChunk chunk;
  chunk.set_lines(std::move(lines));
  return chunk.SerializeAsString();
}

class RangeStream final : public OutboundStream {
 public:
  RangeStream(std::unique_ptr<AuditReader> reader, const std::string& origin,
              const audit::Head& before, std::uint64_t last)
      : reader_(std::move(reader)), here_(before.size), last_(last) {
    append_line(lines_, audit::TitleLine{origin});
    append_line(lines_, audit::StartLine{before.size, before.link});
  }

  Result<std::optional<std::string>> next() override {
    if (has_ended_) return std::optional<std::string>();
    while (!has_ended_ && lines_.size() < limits::audit_chunk_bytes) TRY(add_page());
    return chunk_of(std::exchange(lines_, {}));
  }

 private:
  Result<void> add_page() {
    const std::vector<AuditRow> rows = TRY(reader_->rows(here_ + 1, limits::audit_page_rows));
    if (!is_begun_) TRY(add_heads_up_to(here_));
    is_begun_ = true;
    for (const AuditRow& row : rows) {
      if (here_ >= last_ && sealed_ >= last_) return end();
      add(row);
      here_ = row.number;
      TRY(add_heads_up_to(here_));
    }
    if (rows.size() < limits::audit_page_rows) return end();
    return {};
  }

  // Past the range only what leads to the next head.
  void add(const AuditRow& row) {
    if (row.number <= last_) return append_line(lines_, audit::RecordLine{row.link, row.record});
    append_line(lines_, audit::DigestLine{sha256(as_bytes(row.record))});
  }

  Result<void> add_heads_up_to(std::uint64_t size) {
    if (next_head_ > size) return {};
    for (const AuditHeadRow& head : TRY(reader_->heads(std::max(next_head_, here_), 2))) {
      next_head_ = head.size;
      if (head.size > size) return {};
      append_line(lines_, audit::HeadLine{head.note});
      sealed_ = head.size;
      next_head_ = head.size + 1;
    }
    return {};
  }

  // With the heads over records that are not there: the verifier is to know of them.
  Result<void> end() {
    has_ended_ = true;
    if (here_ < last_ || sealed_ < last_) {
      for (const AuditHeadRow& head : TRY(reader_->heads(here_ + 1, 1))) {
        append_line(lines_, audit::HeadLine{head.note});
      }
    }
    append_line(lines_, audit::EndLine{here_});
    return {};
  }

  const std::unique_ptr<AuditReader> reader_;
  std::uint64_t here_;
  const std::uint64_t last_;
  std::uint64_t next_head_ = 0;  // none below is still to be shown
  std::uint64_t sealed_ = 0;     // the newest one that was
  bool is_begun_ = false;
  bool has_ended_ = false;
  std::string lines_;
};

class SearchStream final : public OutboundStream {
 public:
  SearchStream(std::unique_ptr<AuditReader> reader, audit::Search search)
      : reader_(std::move(reader)), search_(std::move(search)) {}

  // Where little is found a chunk is empty: others need this thread, too.
  Result<std::optional<std::string>> next() override {
    if (has_ended_) return std::optional<std::string>();
    std::string lines;
    for (std::size_t page = 0; page < limits::audit_search_pages && !has_ended_; ++page) {
      if (lines.size() >= limits::audit_chunk_bytes) break;
      const std::vector<AuditRow> rows = TRY(reader_->rows(next_, limits::audit_page_rows));
      for (const AuditRow& row : rows) {
        next_ = row.number + 1;
        if (!search_.finds(row.record)) continue;
        append_line(lines, audit::RecordLine{row.link, row.record});
      }
      has_ended_ = rows.size() < limits::audit_page_rows;
    }
    return chunk_of(std::move(lines));
  }

 private:
  const std::unique_ptr<AuditReader> reader_;
  audit::Search search_;
  std::uint64_t next_ = 0;
  bool has_ended_ = false;
};

// What the range follows.
Result<audit::Head> head_before(AuditReader& reader, std::uint64_t first) {
  const audit::Head start = TRY(reader.start());
  if (first == 0 || first == start.size + 1) return start;
  const std::vector<AuditRow> before = TRY(reader.rows(first - 1, 1));
  if (first <= start.size || before.empty() || before[0].number != first - 1) {
    return not_found("AUDIT_RANGE_UNKNOWN",
                     fmt::format("record {} is not in the audit, or no longer", first));
  }
  return audit::Head{first - 1, before[0].link};
}

}  // namespace

Result<std::unique_ptr<OutboundStream>> read_audit_range(std::unique_ptr<AuditReader> reader,
                                                         const std::string& origin,
                                                         AuditRange range) {
  const audit::Head before = TRY(head_before(*reader, range.first));
  const std::uint64_t newest = TRY(reader->head()).size;
  const std::uint64_t last = range.last == 0 ? newest : range.last;
  if (last > newest || (range.first != 0 && last < range.first)) {
    return not_found("AUDIT_RANGE_UNKNOWN",
                     fmt::format("records {} to {} are not in the audit, which ends at {}",
                                 range.first, last, newest));
  }
  return std::unique_ptr<OutboundStream>(
      std::make_unique<RangeStream>(std::move(reader), origin, before, last));
}

std::unique_ptr<OutboundStream> find_in_audit(std::unique_ptr<AuditReader> reader,
                                              audit::Search search) {
  return std::make_unique<SearchStream>(std::move(reader), std::move(search));
}

}  // namespace chancery::daemon
