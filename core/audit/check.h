// Was this audit left as it was written? Finds what was edited, dropped, moved or cut off. Pure.
#pragma once

#include <optional>
#include <vector>

#include "core/audit/transcript.h"

namespace chancery::audit {

// AUDIT_RECORD_EDITED, AUDIT_RECORD_MISSING, AUDIT_RECORD_OUT_OF_ORDER, AUDIT_BEGINNING_MISSING,
// AUDIT_TRUNCATED, AUDIT_HEAD_INVALID (not signed by the log's key), AUDIT_HEAD_CONTRADICTED (what
// it sealed was changed), AUDIT_NOT_SEALED (a range that no head covers), AUDIT_LINE_MALFORMED.
struct Finding {
  std::string reason;
  std::string message;
};

struct CheckReport {
  std::uint64_t first = 0;        // the number of the first record; 0: there is none
  std::uint64_t last = 0;         // with those that are not shown
  std::uint64_t records = 0;      // shown
  std::uint64_t heads = 0;        // that hold
  Head newest_head;               // of those
  std::vector<Finding> findings;  // the first limits::audit_findings_max

  bool holds() const { return findings.empty(); }
};

struct CheckWish {
  const tlog::NoteKey& key;        // of the heads; must outlive the Check
  bool is_whole = false;           // nothing may be missing before the first record
  std::optional<Head> known = {};  // one that the auditor kept: the audit must go on from it
};

// Fed line by line, in order. One thread.
class Check {
 public:
  explicit Check(const CheckWish& wish) : wish_(wish) {}
  void add(const Result<Line>& line);
  CheckReport finish();

 private:
  // What was read last; each kind of line has its place.
  enum class Place { nothing, title, records, digests, end };

  void add(const TitleLine& line);
  void add(const StartLine& line);
  void add(const RecordLine& line);
  void add(const DigestLine& line);
  void add(const HeadLine& line);
  void add(const EndLine& line);
  bool expect(Place place);
  void step(std::uint64_t number, const Link& link);
  void compare_with_known();
  void find(std::string_view reason, std::string message);

  const CheckWish wish_;
  CheckReport report_;
  Head here_;  // how far it was read
  std::uint64_t start_ = 0;
  std::uint64_t forgotten_ = 0;
  std::uint64_t largest_head_ = 0;
  std::uint64_t last_shown_ = 0;
  Place place_ = Place::nothing;
};

}  // namespace chancery::audit
