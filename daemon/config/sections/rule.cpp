// [[rule]]: who may sign with which profiles, or administer.
#include <algorithm>
#include <limits>

#include "daemon/config/sections/sections.h"

namespace chancery::daemon {
namespace {

using LookUp = std::function<std::optional<std::uint32_t>(const std::string&)>;

// (uid_t)-1 means "nobody in particular" to the kernel.
constexpr std::int64_t id_max = std::numeric_limits<std::uint32_t>::max() - 1;

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::uint32_t> read_id(TableReader& rule, std::string_view key, std::string_view what,
                                     const ConfigValue& value, const LookUp& look_up) {
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) {
    if (*number >= 0 && *number <= id_max) return static_cast<std::uint32_t>(*number);
    rule.refuse(key, "holds " + std::to_string(*number) + "; expected a " + std::string(what) +
                         " id from 0 to " + std::to_string(id_max));
    return std::nullopt;
  }
  const auto* name = std::get_if<std::string>(&value.data);
  if (name == nullptr) {
    rule.refuse(key, "holds " + std::string(kind_of(value)) + "; expected the name of a " +
                         std::string(what) + " or its number");
    return std::nullopt;
  }
  const std::optional<std::uint32_t> id = look_up(*name);
  if (!id) {
    rule.refuse(key, "holds " + quote(*name) + ", and this host has no such " + std::string(what) +
                         (is_number(*name) ? "; write a number without quotes" : ""));
  }
  return id;
}

std::vector<std::uint32_t> read_ids(TableReader& rule, std::string_view key, std::string_view what,
                                    const LookUp& look_up) {
  std::vector<std::uint32_t> ids;
  for (const ConfigValue& value :
       rule.list(key, "a list of names and numbers such as [\"alice\", 1000]")) {
    const std::optional<std::uint32_t> id = read_id(rule, key, what, value, look_up);
    if (!id) continue;
    if (std::ranges::find(ids, *id) != ids.end()) {
      rule.refuse(key, "holds the " + std::string(what) + " id " + std::to_string(*id) + " twice");
    }
    ids.push_back(*id);
  }
  return ids;
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

policy::Rule read_rule(const ConfigTable& table, const UserDatabase& users, ProblemList& problems) {
  TableReader reader(table, place_of("rule", table), problems);
  policy::Rule rule;
  rule.name = reader.required_name("name", "what refusals and the audit call it");
  rule.uids = read_ids(reader, "users", "user", users.uid_of);
  rule.gids = read_ids(reader, "groups", "group", users.gid_of);
  rule.profiles = read_profiles(reader);
  rule.is_admin = reader.flag("admin", "true or false").value_or(false);
  reader.refuse_others();
  if (!reader.has("users") && !reader.has("groups")) {
    reader.miss("users", "whom the rule allows (users, groups, or both)");
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
