// Rules that promise what cryptography does not hold.
#include <algorithm>

#include "daemon/config/rules/rules.h"

namespace chancery::daemon {
namespace {

bool names(const policy::Rule& rule, const ProfileSection& profile) {
  if (rule.is_admin) return false;
  return std::ranges::any_of(rule.profiles, [&](const std::string& name) {
    return name == policy::all_profiles || name == profile.name;
  });
}

bool has_kind(const policy::Rule& rule, policy::Kind kind) {
  return rule.kinds.empty() || std::ranges::find(rule.kinds, kind) != rule.kinds.end();
}

// The key by which the rule is particular about content. Empty: it is not.
std::string_view particular_key(const policy::Rule& rule) {
  if (!has_kind(rule, policy::Kind::digest) || !has_kind(rule, policy::Kind::statement)) {
    return "kinds";
  }
  if (!rule.predicate_types.empty()) return "predicate_types";
  return rule.names.empty() ? "" : "artifacts";
}

// Who may have anything signed by the profile's key, for the explanation.
std::string who_may_all(const Config& config, const ProfileSection& profile) {
  for (const policy::Rule& rule : config.rules.rules) {
    if (names(rule, profile) && particular_key(rule).empty()) {
      return ", as rule " + quote(rule.name) + " allows";
    }
  }
  return "";
}

void check_promise(const Config& config, const policy::Rule& rule, const ConfigTable& table,
                   ProblemList& problems) {
  const std::string_view key = particular_key(rule);
  for (const ProfileSection& profile : config.profiles) {
    if (!names(rule, profile)) continue;
    if (profile.signs == Signs::digests && !key.empty()) {
      return problems.add(
          line_of(table, key),
          place_of("rule", table) + ": " + std::string(key) + " limits what the key of profile " +
              quote(profile.name) + " vouches for, but that key signs raw digests" +
              who_may_all(config, profile) +
              ". A digest can be that of any statement, so nobody who sees a signature could rely "
              "on the limit. Expected a profile with signs = \"statements\" and a key of its own, "
              "or a rule that grants all kinds");
    }
    const bool is_only_for_digests = !has_kind(rule, policy::Kind::statement);
    if (profile.signs == Signs::statements && is_only_for_digests) {
      return problems.add(line_of(table, "kinds"),
                          place_of("rule", table) + ": kinds holds \"digest\" alone, and profile " +
                              quote(profile.name) + " signs only statements: it allows nothing");
    }
  }
}

}  // namespace

void check_promises(const Config& config, const std::vector<const ConfigTable*>& tables,
                    ProblemList& problems) {
  for (std::size_t i = 0; i < tables.size(); ++i) {
    check_promise(config, config.rules.rules[i], *tables[i], problems);
  }
}

}  // namespace chancery::daemon
