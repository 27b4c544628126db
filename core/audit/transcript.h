// An audit written down, or a range of it with its proof: text, a line for each thing. It is what
// the daemon sends, what an export holds, and what a verifier reads. Pure.
//
//   chancery-audit v1 ORIGIN   the name under which its heads are signed
//   start NUMBER LINK          so many records come before; the link of the last of them
//   record LINK JSON           a record and its link
//   digest SHA256              of a record that is not shown
//   head NOTE                  a signed head over the records so far
//   end NUMBER                 the number of the last record: nothing was cut off
//
// Links, hashes and notes in base64.
#pragma once

#include <variant>

#include "core/audit/chain.h"

namespace chancery::audit {

struct TitleLine {
  std::string origin;
};
struct StartLine {
  std::uint64_t number = 0;
  Link link = first_link;
};
struct RecordLine {
  Link link{};
  std::string record;
};
struct DigestLine {
  Sha256 digest{};
};
struct HeadLine {
  std::string note;
};
struct EndLine {
  std::uint64_t number = 0;
};
using Line = std::variant<TitleLine, StartLine, RecordLine, DigestLine, HeadLine, EndLine>;

void append_line(std::string& out, const Line& line);  // with its newline
// Without the newline. Error: invalid_request AUDIT_LINE_MALFORMED.
Result<Line> parse_line(std::string_view line);

}  // namespace chancery::audit
