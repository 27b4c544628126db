#include "core/audit/transcript.h"

#include <algorithm>
#include <charconv>

#include "core/base/encoding.h"
#include "core/base/limits/audit.h"

namespace chancery::audit {
namespace {

constexpr std::string_view title_word = "chancery-audit v1 ";
constexpr std::string_view start_word = "start ";
constexpr std::string_view record_word = "record ";
constexpr std::string_view digest_word = "digest ";
constexpr std::string_view head_word = "head ";
constexpr std::string_view end_word = "end ";

Error malformed(std::string_view line) {
  return invalid_request("AUDIT_LINE_MALFORMED",
                         "no line of an audit: \"" + std::string(line.substr(0, 40)) + "\"");
}

void write(std::string& out, const TitleLine& line) {
  out += title_word;
  out += line.origin;
}

void write(std::string& out, const StartLine& line) {
  out += start_word;
  out += std::to_string(line.number);
  out += ' ';
  base64_append(out, line.link);
}

void write(std::string& out, const RecordLine& line) {
  out += record_word;
  base64_append(out, line.link);
  out += ' ';
  out += line.record;
}

void write(std::string& out, const DigestLine& line) {
  out += digest_word;
  base64_append(out, line.digest);
}

void write(std::string& out, const HeadLine& line) {
  out += head_word;
  base64_append(out, as_bytes(line.note));
}

void write(std::string& out, const EndLine& line) {
  out += end_word;
  out += std::to_string(line.number);
}

bool take_word(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

// Up to a space, which goes too, or the end.
std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

Result<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return malformed(text);
  return number;
}

Result<Sha256> read_hash(std::string_view text) {
  const Result<Bytes> bytes = base64_decode(text);
  Sha256 out{};
  if (!bytes.ok() || bytes->size() != out.size()) return malformed(text);
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

}  // namespace

void append_line(std::string& out, const Line& line) {
  std::visit([&out](const auto& one) { write(out, one); }, line);
  out += '\n';
}

Result<Line> parse_line(std::string_view line) {
  if (line.size() > limits::audit_line_bytes_max) return malformed(line);
  std::string_view rest = line;
  if (take_word(rest, title_word)) return Line(TitleLine{std::string(rest)});
  if (take_word(rest, start_word)) {
    const std::uint64_t number = TRY(read_number(take_word(rest)));
    return Line(StartLine{number, TRY(read_hash(rest))});
  }
  if (take_word(rest, record_word)) {
    const Link link = TRY(read_hash(take_word(rest)));
    return Line(RecordLine{link, std::string(rest)});
  }
  if (take_word(rest, digest_word)) return Line(DigestLine{TRY(read_hash(rest))});
  if (take_word(rest, head_word)) {
    const Result<Bytes> note = base64_decode(rest);
    if (!note.ok()) return malformed(line);
    return Line(HeadLine{to_text(*note)});
  }
  if (take_word(rest, end_word)) return Line(EndLine{TRY(read_number(rest))});
  return malformed(line);
}

}  // namespace chancery::audit
