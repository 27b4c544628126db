#include "core/audit/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/audit/record.h"
#include "core/base/limits/audit.h"

namespace chancery::audit {

void Check::add(const Result<Line>& line) {
  if (!line.ok()) return find("AUDIT_LINE_MALFORMED", line.error().message);
  std::visit([this](const auto& one) { add(one); }, *line);
}

void Check::add(const TitleLine& line) {
  expect(Place::nothing);
  place_ = Place::title;
  if (line.origin == wish_.key.name()) return;
  find("AUDIT_HEAD_INVALID", fmt::format("this is the audit of \"{}\", and the key is that of "
                                         "\"{}\"",
                                         line.origin, wish_.key.name()));
}

void Check::add(const StartLine& line) {
  if (!expect(Place::title)) return;  // another one would lead past what is missing
  place_ = Place::records;
  here_ = {line.number, line.link};
  start_ = line.number;
  if (line.number == 0 && line.link != first_link) {
    find("AUDIT_RECORD_EDITED", "the first record follows something");
  }
  compare_with_known();
}

void Check::add(const RecordLine& line) {
  expect(Place::records);  // after a record that is not shown none is
  const std::uint64_t expected = here_.size + 1;
  const Result<Stamp> stamp = read_stamp(line.record);
  if (!stamp.ok()) {
    find("AUDIT_RECORD_EDITED", fmt::format("record {} is no audit record", expected));
    return step(expected, line.link);
  }
  if (stamp->number < expected) {
    return find("AUDIT_RECORD_OUT_OF_ORDER",
                fmt::format("record {} stands after record {}", stamp->number, here_.size));
  }
  if (stamp->number > expected) {
    find("AUDIT_RECORD_MISSING",
         stamp->number == expected + 1
             ? fmt::format("record {} is missing", expected)
             : fmt::format("records {} to {} are missing", expected, stamp->number - 1));
  } else if (line.link != next_link(here_.link, line.record)) {
    find("AUDIT_RECORD_EDITED",
         fmt::format("record {} is not what its link covers: it was edited, or the link of record "
                     "{} was",
                     expected, here_.size));
  }
  if (stamp->event == "forgotten") forgotten_ = std::max(forgotten_, stamp->forgotten);
  if (report_.first == 0) report_.first = stamp->number;
  ++report_.records;
  last_shown_ = stamp->number;
  step(stamp->number, line.link);
}

void Check::add(const DigestLine& line) {
  if (place_ != Place::digests && expect(Place::records)) place_ = Place::digests;
  step(here_.size + 1, next_link(here_.link, line.digest));
}

void Check::add(const HeadLine& line) {
  const Result<Head> head = read_head(line.note, wish_.key);
  if (!head.ok()) {
    return find("AUDIT_HEAD_INVALID", fmt::format("the head after record {} does not hold: {}",
                                                  here_.size, head.error().message));
  }
  largest_head_ = std::max(largest_head_, head->size);
  if (head->size > here_.size) return;  // finish() says what is missing
  if (head->size < here_.size || head->link != here_.link) {
    return find(
        "AUDIT_HEAD_CONTRADICTED",
        fmt::format("the signed head over {} records does not fit what is here: records "
                    "{} to {} are not all as they were when it was signed",
                    head->size, std::max(report_.newest_head.size, start_) + 1, head->size));
  }
  ++report_.heads;
  report_.newest_head = *head;
}

void Check::add(const EndLine& line) {
  if (place_ != Place::digests) expect(Place::records);
  place_ = Place::end;
  if (line.number == here_.size) return;
  find("AUDIT_RECORD_MISSING",
       fmt::format("the last record should be {}, and is {}", line.number, here_.size));
}

bool Check::expect(Place place) {
  if (place_ == place) return true;
  find("AUDIT_LINE_MALFORMED",
       fmt::format("a line after record {} does not belong there", here_.size));
  return false;
}

void Check::step(std::uint64_t number, const Link& link) {
  here_ = {number, link};
  compare_with_known();
}

void Check::compare_with_known() {
  if (!wish_.known || wish_.known->size != here_.size || wish_.known->link == here_.link) return;
  find("AUDIT_HEAD_CONTRADICTED",
       fmt::format("the head that you keep, over {} records, does not fit what is here: something "
                   "before it was changed",
                   here_.size));
}

CheckReport Check::finish() {
  const std::uint64_t kept = wish_.known ? wish_.known->size : 0;
  const std::uint64_t sealed = std::max(largest_head_, kept);
  if (sealed > here_.size) {
    find("AUDIT_TRUNCATED",
         fmt::format("a signed head covers {} records, and only {} are here: the "
                     "end is missing",
                     sealed, here_.size));
  }
  if (place_ != Place::end) find("AUDIT_TRUNCATED", "the audit stops without its last line");
  if (wish_.is_whole && start_ > forgotten_) {
    find("AUDIT_BEGINNING_MISSING",
         fmt::format("the audit begins after record {}, and no record says that those before it "
                     "were deleted by rule",
                     start_));
  }
  if (!wish_.is_whole && report_.newest_head.size < last_shown_) {
    find("AUDIT_NOT_SEALED", fmt::format("no signed head covers record {}", last_shown_));
  }
  report_.last = here_.size;
  return std::move(report_);
}

void Check::find(std::string_view reason, std::string message) {
  if (report_.findings.size() >= limits::audit_findings_max) return;
  report_.findings.push_back({std::string(reason), std::move(message)});
}

}  // namespace chancery::audit
