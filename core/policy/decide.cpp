#include "core/policy/decide.h"

#include <algorithm>
#include <limits>

namespace chancery::policy {
namespace {

constexpr std::uint32_t root_uid = 0;

template <typename Values, typename Value>
bool contains(const Values& values, const Value& value) {
  return std::ranges::find(values, value) != values.end();
}

bool any_matches(const std::vector<Pattern>& patterns, std::string_view text) {
  return std::ranges::any_of(patterns,
                             [&](const Pattern& pattern) { return pattern.matches(text); });
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string list_of(const std::vector<Pattern>& patterns) {
  std::string list;
  for (const Pattern& pattern : patterns) {
    list += (list.empty() ? "" : ", ") + quoted(pattern.text());
  }
  return list;
}

constexpr std::uint32_t no_group = std::numeric_limits<std::uint32_t>::max();  // a [[test]]'s peer

std::string describe(const Peer& peer) {
  const bool has_group = peer.gid != no_group;
  return "user id " + std::to_string(peer.uid) +
         (has_group ? " (group id " + std::to_string(peer.gid) + ")" : "") +
         (peer.unit.empty() ? "" : " in unit " + quoted(peer.unit));
}

// Whom a rule speaks of, said as in the configuration: the reason this peer fits, or nothing.
std::string fit_user(const Rule& rule, const Peer& peer) {
  if (contains(rule.uids, peer.uid)) return "user id " + std::to_string(peer.uid);
  if (contains(rule.gids, peer.gid)) return "group id " + std::to_string(peer.gid);
  for (std::uint32_t gid : peer.groups) {
    if (contains(rule.gids, gid)) return "group id " + std::to_string(gid);
  }
  const bool asks_for_units_alone = rule.uids.empty() && rule.gids.empty() && !rule.units.empty();
  return asks_for_units_alone ? "user id " + std::to_string(peer.uid) : "";
}

std::string fit_subject(const RuleSet& rules, const Rule& rule, const Peer& peer) {
  std::string user = fit_user(rule, peer);
  if (user.empty() || rule.units.empty()) return user;
  const bool is_unit_certain = peer.is_pid_certain || rules.pid_race_unsafe;
  const bool is_in_one = !peer.unit.empty() && any_matches(rule.units, peer.unit);
  if (!is_unit_certain || !is_in_one) return "";
  return user + " in unit " + quoted(peer.unit);
}

// Why not, where fit_subject() says nothing.
std::string misfit(const Rule& rule, const Peer& peer) {
  const std::string user = fit_user(rule, peer);
  if (user.empty()) return "to " + describe(peer) + " or to any other group of this process";
  if (!peer.unit.empty() && any_matches(rule.units, peer.unit)) {
    return "to a process whose unit is not certain: rules on units need Linux 6.5, or [policy] "
           "pid_race_unsafe";
  }
  return "to " + user +
         (peer.unit.empty() ? " in no system unit" : " in unit " + quoted(peer.unit)) +
         ": only in " + list_of(rule.units);
}

bool names_profile(const Rule& rule, std::string_view profile) {
  return contains(rule.profiles, profile) || contains(rule.profiles, all_profiles);
}

// What of the request the rule does not allow: "statements of type "x"", or nothing.
std::string find_unwanted_kind(const Rule& rule, const Wanted& wanted) {
  // A digest may be that of anything, so a rule that is particular about content allows none.
  const bool is_particular = !rule.predicate_types.empty() || !rule.names.empty();
  const bool is_kind_allowed = rule.kinds.empty() || contains(rule.kinds, wanted.kind);
  if (wanted.kind == Kind::digest) return is_particular || !is_kind_allowed ? "raw digests" : "";
  if (!is_kind_allowed) return "statements";
  if (rule.predicate_types.empty() || any_matches(rule.predicate_types, wanted.predicate_type)) {
    return "";
  }
  return "statements of predicate type " + quoted(wanted.predicate_type) + ": only " +
         list_of(rule.predicate_types);
}

std::string find_unwanted_name(const Rule& rule, const Wanted& wanted) {
  if (rule.names.empty() || wanted.kind == Kind::digest) return "";
  for (const std::string& name : wanted.names) {
    if (!any_matches(rule.names, name)) {
      return "a subject named " + quoted(name) + ": only " + list_of(rule.names);
    }
  }
  return wanted.names.empty() ? "subjects without a name: only " + list_of(rule.names) : "";
}

std::string find_wrong_time(const Rule& rule, const Wanted& wanted) {
  if (!wanted.at || rule.schedule.contains(*wanted.at)) return "";
  return "at " + moment_words(*wanted.at) + ": only " + rule.schedule.words();
}

// What a rule that names peer and profile lacks, in the order in which it is told.
std::vector<std::string> find_missing(const Rule& rule, const Wanted& wanted) {
  std::vector<std::string> missing;
  for (const auto find : {find_unwanted_kind, find_unwanted_name, find_wrong_time}) {
    if (std::string one = find(rule, wanted); !one.empty()) missing.push_back(std::move(one));
  }
  return missing;
}

std::string join(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : "; and not ") + text;
  return joined;
}

// How a refusal is told: the rule that lacks least, and what it lacks.
struct NearMiss {
  const Rule* rule = nullptr;
  std::size_t lacks = 0;
  std::string missing = {};

  void offer(NearMiss other) {
    if (other.rule != nullptr && (rule == nullptr || other.lacks < lacks)) *this = std::move(other);
  }
};
// A rule for others, or for other profiles, is farther than one with whatever conditions.
constexpr std::size_t of_others = 10;
constexpr std::size_t of_other_profiles = 11;

Decision refuse(const NearMiss& nearest, std::string_view wanted, const Peer& peer) {
  if (nearest.rule == nullptr) {
    return {false, "", "no rule names " + std::string(wanted) + " or " + describe(peer)};
  }
  return {false, nearest.rule->name,
          "the nearest rule is " + quoted(nearest.rule->name) + ": " + nearest.missing};
}

// A profile, and what of it; nullptr: anything at any time.
struct Question {
  std::string_view profile;
  const Wanted* wanted;
};

NearMiss near_miss(const RuleSet& rules, const Rule& rule, const Peer& peer,
                   const Question& question) {
  const std::string asked = "profile " + quoted(question.profile);
  const std::string subject = fit_subject(rules, rule, peer);
  if (!names_profile(rule, question.profile)) {
    if (subject.empty()) return {};
    return {&rule, of_other_profiles, "it allows " + subject + ", but not for " + asked};
  }
  if (subject.empty() || question.wanted == nullptr) {
    return {&rule, of_others, "it allows " + asked + ", but not " + misfit(rule, peer)};
  }
  const std::vector<std::string> missing = find_missing(rule, *question.wanted);
  return {&rule, missing.size(),
          "it allows " + asked + " to " + subject + ", but not " + join(missing)};
}

Decision allow(const Rule& rule, std::string_view profile, std::string_view subject) {
  return {true, rule.name,
          "rule " + quoted(rule.name) + " allows profile " + quoted(profile) + " to " +
              std::string(subject),
          rule.rate, rule.user_rate};
}

Decision decide_by_rules(const RuleSet& rules, const Peer& peer, const Question& question) {
  for (const Rule& rule : rules.rules) {
    if (rule.is_admin || !names_profile(rule, question.profile)) continue;
    const std::string subject = fit_subject(rules, rule, peer);
    if (subject.empty()) continue;
    if (question.wanted != nullptr && !find_missing(rule, *question.wanted).empty()) continue;
    return allow(rule, question.profile, subject);
  }
  NearMiss nearest;  // only now, for words cost more than the decision
  for (const Rule& rule : rules.rules) {
    if (!rule.is_admin) nearest.offer(near_miss(rules, rule, peer, question));
  }
  return refuse(nearest, "profile " + quoted(question.profile), peer);
}

bool gives(const Rule& rule, std::string_view method) {
  return rule.methods.empty() || any_matches(rule.methods, method);
}

NearMiss near_admin(const Rule& rule, const Peer& peer, const std::string& subject,
                    std::string_view method) {
  if (subject.empty()) {
    return {&rule, of_others, "it makes others admins, but gives nothing " + misfit(rule, peer)};
  }
  return {&rule, 1,
          "it makes " + subject + " an admin, but not for " + quoted(method) + ": only for " +
              list_of(rule.methods)};
}

// With separate_admins: why this one may not sign.
std::optional<Decision> refuse_admin(const RuleSet& rules, const Peer& peer) {
  if (!rules.separate_admins) return std::nullopt;
  const Decision admin = decide_admin(rules, peer, "");
  if (!admin.allowed) return std::nullopt;
  return Decision{false, admin.rule,
                  admin.reason + ", and with [policy] separate_admins no administrator may sign"};
}

}  // namespace

std::string_view name_of(Kind kind) { return kind == Kind::digest ? "digest" : "statement"; }

Decision decide(const RuleSet& rules, const Peer& peer, const Wanted& wanted) {
  if (std::optional<Decision> refused = refuse_admin(rules, peer)) return std::move(*refused);
  return decide_by_rules(rules, peer, {wanted.profile, &wanted});
}

Decision decide_profile(const RuleSet& rules, const Peer& peer, std::string_view profile) {
  if (std::optional<Decision> refused = refuse_admin(rules, peer)) return std::move(*refused);
  return decide_by_rules(rules, peer, {profile, nullptr});
}

Decision decide_admin(const RuleSet& rules, const Peer& peer, std::string_view method) {
  if (peer.uid == root_uid) return {true, "", "root may always administer"};
  NearMiss nearest;
  for (const Rule& rule : rules.rules) {
    if (!rule.is_admin) continue;
    const std::string subject = fit_subject(rules, rule, peer);
    if (!subject.empty() && (method.empty() || gives(rule, method))) {
      return {true, rule.name, "rule " + quoted(rule.name) + " makes " + subject + " an admin"};
    }
    nearest.offer(near_admin(rule, peer, subject, method));
  }
  if (nearest.rule == nullptr) {
    return {false, "", "no rule has `admin = true`: only root may administer"};
  }
  return refuse(nearest, "admin", peer);
}

}  // namespace chancery::policy
