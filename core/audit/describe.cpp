#include "core/audit/describe.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/audit/record.h"
#include "core/base/limits/audit.h"
#include "core/base/rfc3339.h"
#include "core/base/utf8.h"

namespace chancery::audit {
namespace {

// What people need of each member, in the order in which it is said.
constexpr std::array<std::string_view, 27> told = {
    "method",         "subject",     "uid",        "pid",       "unit",
    "invocation",     "container",   "executable", "profile",   "rule",
    "backend",        "key",         "digest",     "artifact",  "receipt",
    "predicate_type", "destination", "time",       "log_index", "leaf",
    "outcome",        "duplicate",   "reason",     "message",   "count",
    "reasons",        "last"};

std::string text_of(WallTime time) {
  return format_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

// A name could read like the members behind it: what is more than a word is quoted.
std::string text_of(std::string_view name, const Json& value) {
  if (name == "time" && value.is_number_integer()) {
    return text_of(WallTime(std::chrono::microseconds(value.get<std::int64_t>())));
  }
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  const bool is_word = !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\\';
  });
  return is_word ? text : value.dump();
}

}  // namespace

Result<std::string> describe(std::string_view record) {
  const Stamp stamp = TRY(read_stamp(record));
  const Json json = TRY(parse_json(record, "audit record", limits::audit_line_bytes_max));
  std::string out = fmt::format("{}  {:>6}  {:<7}", text_of(stamp.at), stamp.number, stamp.event);
  for (const std::string_view name : told) {
    const auto member = json.find(name);
    if (member != json.end()) out += fmt::format("  {} {}", name, text_of(name, *member));
  }
  return printable(out);
}

}  // namespace chancery::audit
