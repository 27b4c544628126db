// [[rule]]: who may sign with which profiles, or administer.
#include <algorithm>
#include <limits>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "daemon/config/rules/rules.h"

namespace chancery::daemon {
namespace {

// (uid_t)-1 means "nobody in particular" to the kernel.
constexpr std::int64_t id_max = std::numeric_limits<std::uint32_t>::max() - 1;

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

std::vector<std::string> read_profiles(TableReader& rule) {
  std::vector<std::string> profiles;
  for (const ConfigValue& value :
       rule.list("profiles", "a list of profiles such as [\"release\"], or [\"*\"] for all")) {
    const auto* name = std::get_if<std::string>(&value.data);
    if (name == nullptr) {
      rule.refuse("profiles",
                  "holds " + std::string(kind_of(value)) + "; expected the name of a [[profile]]");
      continue;
    }
    if (std::ranges::find(profiles, *name) != profiles.end()) {
      rule.refuse("profiles", "holds " + quote(*name) + " twice");
    }
    profiles.push_back(*name);
  }
  return profiles;
}

}  // namespace

std::optional<std::uint32_t> read_id(TableReader& reader, std::string_view key, const IdKind& kind,
                                     const ConfigValue& value) {
  const std::string what(kind.what);
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) {
    if (*number >= 0 && *number <= id_max) return static_cast<std::uint32_t>(*number);
    reader.refuse(key, "holds " + std::to_string(*number) + "; expected a " + what +
                           " id from 0 to " + std::to_string(id_max));
    return std::nullopt;
  }
  const auto* name = std::get_if<std::string>(&value.data);
  if (name == nullptr) {
    reader.refuse(key, "holds " + std::string(kind_of(value)) + "; expected the name of a " + what +
                           " or its number");
    return std::nullopt;
  }
  const std::optional<std::uint32_t> id = kind.look_up(*name);
  if (!id) {
    reader.refuse(key, "holds " + quote(*name) + ", and this host has no such " + what +
                           (is_number(*name) ? "; write a number without quotes" : ""));
  }
  return id;
}

std::vector<std::uint32_t> read_ids(TableReader& reader, std::string_view key, const IdKind& kind) {
  std::vector<std::uint32_t> ids;
  for (const ConfigValue& value :
       reader.list(key, "a list of names and numbers such as [\"alice\", 1000]")) {
    const std::optional<std::uint32_t> id = read_id(reader, key, kind, value);
    if (!id) continue;
    if (std::ranges::find(ids, *id) != ids.end()) {
      reader.refuse(
          key, "holds the " + std::string(kind.what) + " id " + std::to_string(*id) + " twice");
    }
    ids.push_back(*id);
  }
  return ids;
}

std::vector<std::string> read_texts(TableReader& reader, std::string_view key,
                                    std::string_view expected) {
  std::vector<std::string> texts;
  for (const ConfigValue& value : reader.list(key, expected)) {
    const auto* text = std::get_if<std::string>(&value.data);
    if (text != nullptr && !text->empty() && is_plain_text(*text)) {
      texts.push_back(*text);
      continue;
    }
    const std::string held = text == nullptr ? std::string(kind_of(value))
                             : text->empty() ? "an empty string"
                                             : "a control character";
    reader.refuse(key, "holds " + held + "; expected " + std::string(expected));
  }
  return texts;
}

policy::Rule read_rule(const ConfigTable& table, const Host& host, ProblemList& problems) {
  TableReader reader(table, place_of("rule", table), problems);
  policy::Rule rule;
  rule.name = reader.required_name("name", "what refusals and the audit call it");
  rule.uids = read_ids(reader, "users", {"user", host.uid_of});
  rule.gids = read_ids(reader, "groups", {"group", host.gid_of});
  rule.profiles = read_profiles(reader);
  rule.is_admin = reader.flag("admin", "true or false").value_or(false);
  read_conditions(reader, rule);
  reader.refuse_others();
  if (!reader.has("users") && !reader.has("groups") && !reader.has("units")) {
    reader.miss("users", "whom the rule allows (users, groups, units, or several of them)");
  }
  if (rule.is_admin && reader.has("profiles")) {
    reader.refuse("profiles",
                  "stands beside admin = true; expected two rules, so that who signs and "
                  "who administers can differ");
  }
  if (!rule.is_admin && !reader.has("profiles")) {
    reader.miss("profiles", "what the rule allows (or admin = true)");
  }
  return rule;
}

}  // namespace chancery::daemon
