// [[rule]]: what it asks for beyond whom and which profiles.
#include <algorithm>

#include "core/base/limits/rules.h"
#include "daemon/config/rules/rules.h"

namespace chancery::daemon {
namespace {

std::vector<policy::Pattern> read_patterns(TableReader& rule, std::string_view key,
                                           std::string_view expected) {
  std::vector<policy::Pattern> patterns;
  for (const std::string& text : read_texts(rule, key, expected)) {
    Result<policy::Pattern> pattern = policy::Pattern::parse(text);
    if (!pattern.ok()) {
      rule.refuse(key, "holds " + pattern.error().message + "; expected " + std::string(expected));
      continue;
    }
    patterns.push_back(std::move(*pattern));
  }
  if (patterns.size() > limits::patterns_per_rule_max) {
    rule.refuse(key, "holds more than " + std::to_string(limits::patterns_per_rule_max));
  }
  return patterns;
}

// Only these kinds of units have processes that could ask.
bool may_be_unit(std::string_view pattern) {
  return pattern.starts_with("re:") || pattern.ends_with(".service") ||
         pattern.ends_with(".scope") || pattern.ends_with("*");
}

void read_units(TableReader& reader, policy::Rule& rule) {
  rule.units = read_patterns(reader, "units",
                             "names of system units such as [\"build.service\", \"runner@*\"]");
  for (const policy::Pattern& unit : rule.units) {
    if (may_be_unit(unit.text())) continue;
    reader.refuse("units", "holds " + quote(unit.text()) +
                               ", and no unit with processes is called so; expected " +
                               quote(unit.text() + ".service"));
  }
}

void read_kinds(TableReader& reader, policy::Rule& rule) {
  constexpr std::string_view expected = "\"digest\", \"statement\" or both";
  for (const std::string& text : read_texts(reader, "kinds", expected)) {
    if (text != "digest" && text != "statement") {
      reader.refuse("kinds", "holds " + quote(text) + "; expected " + std::string(expected));
      continue;
    }
    rule.kinds.push_back(text == "digest" ? policy::Kind::digest : policy::Kind::statement);
  }
}

void read_schedule(TableReader& reader, policy::Rule& rule) {
  constexpr std::string_view days = "days such as [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]";
  constexpr std::string_view hours = "hours (UTC) such as [\"08:00-18:00\", \"22:00-02:00\"]";
  if (reader.has("days")) rule.schedule.days.reset();
  for (const std::string& text : read_texts(reader, "days", days)) {
    const std::optional<unsigned> day = policy::parse_day(text);
    if (day) {
      rule.schedule.days.set(*day);
    } else {
      reader.refuse("days", "holds " + quote(text) + "; expected " + std::string(days));
    }
  }
  for (const std::string& text : read_texts(reader, "hours", hours)) {
    const std::optional<policy::Hours> window = policy::parse_hours(text);
    if (window) {
      rule.schedule.hours.push_back(*window);
    } else {
      reader.refuse("hours", "holds " + quote(text) + "; expected " + std::string(hours));
    }
  }
}

std::optional<policy::Rate> read_rate(TableReader& reader, std::string_view key) {
  constexpr std::string_view expected =
      "a number of signatures in a time such as \"100/minute\" (second, minute, hour, day)";
  const std::optional<std::string> text = reader.text(key, expected);
  if (!text) return std::nullopt;
  std::optional<policy::Rate> rate = policy::parse_rate(*text);
  if (!rate) reader.refuse(key, "is " + quote(*text) + "; expected " + std::string(expected));
  return rate;
}

}  // namespace

void read_conditions(TableReader& reader, policy::Rule& rule) {
  read_units(reader, rule);
  read_kinds(reader, rule);
  rule.predicate_types = read_patterns(
      reader, "predicate_types", "types of statements such as [\"https://slsa.dev/provenance/*\"]");
  rule.names =
      read_patterns(reader, "artifacts", "names of a statement's subjects such as [\"app-*\"]");
  read_schedule(reader, rule);
  rule.rate = read_rate(reader, "rate");
  rule.user_rate = read_rate(reader, "user_rate");
  rule.methods = read_patterns(reader, "methods",
                               "methods for administrators such as [\"Keys.*\", \"Admin.Reload\"]");
  if (!rule.is_admin && reader.has("methods")) {
    reader.refuse("methods", "stands in a rule for profiles; expected admin = true beside it");
  }
  for (const char* key :
       {"kinds", "predicate_types", "artifacts", "days", "hours", "rate", "user_rate"}) {
    if (rule.is_admin && reader.has(key)) {
      reader.refuse(key, "stands beside admin = true; expected it in a rule for profiles");
    }
  }
}

}  // namespace chancery::daemon
