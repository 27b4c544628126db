#include "core/audit/record.h"

#include <algorithm>
#include <charconv>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/base/limits/audit.h"
#include "core/base/utf8.h"

namespace chancery::audit {
namespace {

// One record in the making: its members one after the other.
class RecordText {
 public:
  RecordText(std::uint64_t number, WallTime at) {
    text_.reserve(600);
    text_ = "{\"number\":";
    append(number);
    add("at", at);
  }

  template <std::integral Number>
  RecordText& add(std::string_view name, Number number) {
    begin(name);
    append(number);
    return *this;
  }

  RecordText& add(std::string_view name, WallTime time) {
    return add(name, std::int64_t{time.time_since_epoch().count()});
  }

  RecordText& add(std::string_view name, std::string_view text) {
    if (text.empty()) return *this;
    begin(name);
    append(text);
    return *this;
  }

  RecordText& add(std::string_view name, const Digest& digest) {
    begin(name);
    text_ += '"';
    text_ += name_of(digest.algorithm);
    text_ += ':';
    text_ += hex_encode(digest.value);
    text_ += '"';
    return *this;
  }

  RecordText& add(const Who& who) {
    return add("uid", who.uid)
        .add("gid", who.gid)
        .add("pid", who.pid)
        .add("unit", who.unit)
        .add("invocation", who.invocation)
        .add("container", who.container)
        .add("executable", who.executable);
  }

  RecordText& add(std::string_view name, std::span<const Bytes> digests) {
    if (digests.empty()) return *this;
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
    return digests.size() > count ? add("subjects_left_out", digests.size() - count) : *this;
  }

  RecordText& add(std::string_view name, const std::map<std::string, std::uint64_t>& counts) {
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
    return *this;
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

void write(RecordText& line, const Opened& event) {
  line.add("event", "opened").add("instance", event.instance).add("policy", event.policy);
}

void write(RecordText& line, const Allowed& event) {
  line.add("event", "allowed")
      .add(event.who)
      .add("method", event.method)
      .add("profile", event.profile)
      .add("rule", event.rule)
      .add("policy", event.policy)
      .add("backend", event.backend)
      .add("key", event.key)
      .add("algorithm", event.algorithm)
      .add("digest", event.digest)
      .add("subjects", event.subjects)
      .add("predicate_type", event.predicate_type)
      .add("artifact", event.artifact)
      .add("receipt", event.receipt);
}

void write(RecordText& line, const Signed& event) {
  line.add("event", "signed")
      .add("receipt", event.receipt)
      .add("signature_sha256", hex_encode(sha256(event.signature)))
      .add("log_index", event.log_index);
}

void write(RecordText& line, const Timestamped& event) {
  line.add("event", "timestamped")
      .add("receipt", event.receipt)
      .add("destination", event.destination)
      .add("time", event.time);
}

void write(RecordText& line, const Recorded& event) {
  line.add("event", "recorded")
      .add("receipt", event.receipt)
      .add("destination", event.destination)
      .add("log_id", base64_encode(event.log_id))
      .add("log_index", event.log_index)
      .add("leaf", hex_encode(event.leaf))
      .add("outcome", event.outcome);
  if (event.duplicate) line.add("duplicate", *event.duplicate);
}

std::string_view name_of(TroubleKind kind) {
  switch (kind) {
    case TroubleKind::in_doubt:
      return "in-doubt";
    case TroubleKind::refused:
      return "log-refused";
    case TroubleKind::alarm:
      break;
  }
  return "alarm";
}

void write(RecordText& line, const Trouble& event) {
  line.add("event", name_of(event.kind))
      .add("receipt", event.receipt)
      .add("destination", event.destination)
      .add("reason", event.reason)
      .add("message", event.message);
}

void write(RecordText& line, const Done& event) {
  line.add("event", "done").add("receipt", event.receipt);
}

void write(RecordText& line, const Overdue& event) {
  line.add("event", "overdue").add("receipt", event.receipt);
}

void write(RecordText& line, const Failed& event) {
  line.add("event", "failed")
      .add("receipt", event.receipt)
      .add("reason", event.reason)
      .add("message", event.message);
}

void write(RecordText& line, const Refused& event) {
  line.add("event", "refused")
      .add(event.who)
      .add("method", event.method)
      .add("profile", event.profile)
      .add("rule", event.rule)
      .add("policy", event.policy);
  if (event.digest) line.add("digest", *event.digest);
  line.add("subjects", event.subjects)
      .add("predicate_type", event.predicate_type)
      .add("artifact", event.artifact)
      .add("reason", event.reason)
      .add("message", event.message);
}

void write(RecordText& line, const RefusedMany& event) {
  line.add("event", "refused-many")
      .add("uid", event.uid)
      .add("count", event.count)
      .add("from", event.from)
      .add("to", event.to)
      .add("reasons", event.reasons);
}

void write(RecordText& line, const Act& event) {
  line.add("event", "act")
      .add(event.who)
      .add("method", event.method)
      .add("subject", event.subject)
      .add("rule", event.rule)
      .add("policy", event.policy)
      .add("outcome", event.outcome)
      .add("message", event.message);
}

void write(RecordText& line, const Forgotten& event) {
  line.add("event", "forgotten").add("last", event.last);
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
  RecordText line(number, at);
  std::visit([&line](const auto& one) { write(line, one); }, event);
  return line.end();
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
