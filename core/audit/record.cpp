#include "core/audit/record.h"

#include <algorithm>
#include <charconv>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/base/limits/audit.h"
#include "core/base/utf8.h"

namespace chancery::audit {
namespace {

std::int64_t microseconds(WallTime time) { return time.time_since_epoch().count(); }

// One record in the making.
class Line {
 public:
  Line(std::uint64_t number, WallTime at, std::string_view event) {
    text_.reserve(600);
    text_ = "{\"number\":";
    append(number);
    add("at", microseconds(at));
    add("event", event);
  }

  template <std::integral Number>
  void add(std::string_view name, Number number) {
    begin(name);
    append(number);
  }

  void add(std::string_view name, std::string_view text) {
    if (text.empty()) return;
    begin(name);
    append(text);
  }

  void add(std::string_view name, const Digest& digest) {
    begin(name);
    text_ += '"';
    text_ += name_of(digest.algorithm);
    text_ += ':';
    text_ += hex_encode(digest.value);
    text_ += '"';
  }

  void add(const Who& who) {
    add("uid", who.uid);
    add("gid", who.gid);
    add("pid", who.pid);
    add("unit", who.unit);
    add("invocation", who.invocation);
    add("container", who.container);
    add("executable", who.executable);
  }

  void add(std::string_view name, std::span<const Bytes> digests) {
    if (digests.empty()) return;
    const std::size_t count = std::min(digests.size(), limits::audit_subjects_max);
    begin(name);
    char separator = '[';
    for (const Bytes& digest : digests.first(count)) {
      text_ += separator;
      text_ += '"';
      text_ += hex_encode(digest);
      text_ += '"';
      separator = ',';
    }
    text_ += ']';
    if (digests.size() > count) add("subjects_left_out", digests.size() - count);
  }

  void add(std::string_view name, const std::map<std::string, std::uint64_t>& counts) {
    begin(name);
    char separator = '{';
    for (const auto& [reason, count] : counts) {
      text_ += separator;
      append(std::string_view(reason));
      text_ += ':';
      append(count);
      separator = ',';
    }
    text_ += counts.empty() ? "{}" : "}";
  }

  std::string end() {
    text_ += '}';
    return std::move(text_);
  }

 private:
  void begin(std::string_view name) {
    text_ += ",\"";
    text_ += name;
    text_ += "\":";
  }

  template <std::integral Number>
  void append(Number number) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    text_.append(digits.data(), end);
  }

  void append(std::string_view text) {
    append_json_string(text_, is_utf8(text) ? text : hex_encode(as_bytes(text)));
  }

  std::string text_;
};

Line begin(std::uint64_t number, WallTime at, const Opened& event) {
  Line line(number, at, "opened");
  line.add("instance", event.instance);
  return line;
}

Line begin(std::uint64_t number, WallTime at, const Allowed& event) {
  Line line(number, at, "allowed");
  line.add(event.who);
  line.add("method", event.method);
  line.add("profile", event.profile);
  line.add("rule", event.rule);
  line.add("policy", event.policy);
  line.add("backend", event.backend);
  line.add("key", event.key);
  line.add("algorithm", event.algorithm);
  line.add("digest", event.digest);
  line.add("subjects", event.subjects);
  line.add("predicate_type", event.predicate_type);
  line.add("artifact", event.artifact);
  line.add("receipt", event.receipt);
  return line;
}

Line begin(std::uint64_t number, WallTime at, const Signed& event) {
  Line line(number, at, "signed");
  line.add("receipt", event.receipt);
  line.add("signature_sha256", hex_encode(sha256(event.signature)));
  line.add("log_index", event.log_index);
  return line;
}

Line begin(std::uint64_t number, WallTime at, const Done& event) {
  Line line(number, at, "done");
  line.add("receipt", event.receipt);
  return line;
}

Line begin(std::uint64_t number, WallTime at, const Overdue& event) {
  Line line(number, at, "overdue");
  line.add("receipt", event.receipt);
  return line;
}

Line begin(std::uint64_t number, WallTime at, const Failed& event) {
  Line line(number, at, "failed");
  line.add("receipt", event.receipt);
  line.add("reason", event.reason);
  line.add("message", event.message);
  return line;
}

Line begin(std::uint64_t number, WallTime at, const Refused& event) {
  Line line(number, at, "refused");
  line.add(event.who);
  line.add("method", event.method);
  line.add("profile", event.profile);
  line.add("rule", event.rule);
  line.add("policy", event.policy);
  line.add("reason", event.reason);
  line.add("message", event.message);
  return line;
}

Line begin(std::uint64_t number, WallTime at, const RefusedMany& event) {
  Line line(number, at, "refused-many");
  line.add("uid", event.uid);
  line.add("count", event.count);
  line.add("from", microseconds(event.from));
  line.add("to", microseconds(event.to));
  line.add("reasons", event.reasons);
  return line;
}

Line begin(std::uint64_t number, WallTime at, const Act& event) {
  Line line(number, at, "act");
  line.add(event.who);
  line.add("method", event.method);
  line.add("subject", event.subject);
  line.add("outcome", event.outcome);
  line.add("message", event.message);
  return line;
}

Line begin(std::uint64_t number, WallTime at, const Forgotten& event) {
  Line line(number, at, "forgotten");
  line.add("last", event.last);
  return line;
}

// Takes what must come next off `text`.
bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

template <std::integral Number>
bool take(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

std::string write_record(std::uint64_t number, WallTime at, const Event& event) {
  return std::visit([&](const auto& one) { return begin(number, at, one).end(); }, event);
}

Result<Stamp> read_stamp(std::string_view record) {
  const Error malformed =
      invalid_request("AUDIT_RECORD_MALFORMED", "an audit record without number, time or event");
  Stamp stamp;
  std::int64_t at = 0;
  std::string_view rest = record;
  if (!take(rest, "{\"number\":") || !take(rest, stamp.number)) return malformed;
  if (!take(rest, ",\"at\":") || !take(rest, at) || !take(rest, ",\"event\":\"")) return malformed;
  stamp.at = WallTime(std::chrono::microseconds(at));
  const std::size_t quote = rest.find('"');
  if (quote == std::string_view::npos || !record.ends_with('}')) return malformed;
  stamp.event = rest.substr(0, quote);
  rest.remove_prefix(quote + 1);
  if (stamp.event != "forgotten") return stamp;
  if (!take(rest, ",\"last\":") || !take(rest, stamp.forgotten)) return malformed;
  return stamp;
}

}  // namespace chancery::audit
