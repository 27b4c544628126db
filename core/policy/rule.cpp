#include "core/policy/rule.h"

#include <algorithm>
#include <optional>

namespace chancery::policy {
namespace {

constexpr std::uint32_t root_uid = 0;

template <typename Values, typename Value>
bool contains(const Values& values, const Value& value) {
  return std::ranges::find(values, value) != values.end();
}

// Whom a rule speaks of, said as in the configuration: the reason this peer fits, if it does.
std::optional<std::string> fit_subject(const Rule& rule, const Peer& peer) {
  if (contains(rule.uids, peer.uid)) return "user id " + std::to_string(peer.uid);
  if (contains(rule.gids, peer.gid)) return "group id " + std::to_string(peer.gid);
  for (std::uint32_t gid : peer.groups) {
    if (contains(rule.gids, gid)) return "group id " + std::to_string(gid);
  }
  return std::nullopt;
}

bool names_profile(const Rule& rule, std::string_view profile) {
  return contains(rule.profiles, profile) || contains(rule.profiles, all_profiles);
}

std::string describe(const Peer& peer) {
  return "user id " + std::to_string(peer.uid) + " (group id " + std::to_string(peer.gid) + ")";
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// How a refusal is told: the rule that lacks least, and what it lacks.
struct NearMiss {
  const Rule* rule = nullptr;
  std::string missing;
};

Decision refuse(const NearMiss& nearest, std::string_view wanted, const Peer& peer) {
  if (nearest.rule == nullptr) {
    return {false, "", "no rule names " + std::string(wanted) + " or " + describe(peer)};
  }
  return {false, nearest.rule->name,
          "the nearest rule is " + quoted(nearest.rule->name) + ": " + nearest.missing};
}

}  // namespace

Decision decide_profile(const RuleSet& rules, const Peer& peer, std::string_view profile) {
  const std::string wanted = "profile " + quoted(profile);
  NearMiss without_peer;     // grants the profile, to others
  NearMiss without_profile;  // grants the peer other profiles
  for (const Rule& rule : rules.rules) {
    if (rule.is_admin) continue;
    const std::optional<std::string> subject = fit_subject(rule, peer);
    const bool profile_fits = names_profile(rule, profile);
    if (subject && profile_fits) {
      return {true, rule.name,
              "rule " + quoted(rule.name) + " allows " + wanted + " to " + *subject};
    }
    if (profile_fits && without_peer.rule == nullptr) {
      without_peer = {&rule, "it allows " + wanted + ", but not to " + describe(peer) +
                                 " or to any other group of this process"};
    }
    if (subject && without_profile.rule == nullptr) {
      without_profile = {&rule, "it allows " + *subject + ", but not for " + wanted};
    }
  }
  return refuse(without_peer.rule != nullptr ? without_peer : without_profile, wanted, peer);
}

Decision decide_admin(const RuleSet& rules, const Peer& peer) {
  if (peer.uid == root_uid) return {true, "", "root may always administer"};
  NearMiss nearest;
  for (const Rule& rule : rules.rules) {
    if (!rule.is_admin) continue;
    if (const std::optional<std::string> subject = fit_subject(rule, peer)) {
      return {true, rule.name, "rule " + quoted(rule.name) + " makes " + *subject + " an admin"};
    }
    if (nearest.rule == nullptr) {
      nearest = {&rule, "it makes others admins, but not " + describe(peer) +
                            " or any other group of this process"};
    }
  }
  if (nearest.rule == nullptr) {
    return {false, "", "no rule has `admin = true`: only root may administer"};
  }
  return refuse(nearest, "admin", peer);
}

}  // namespace chancery::policy
