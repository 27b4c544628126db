// May they? And if not, what is the nearest that they may. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/policy/rule.h"

namespace chancery::policy {

// What somebody wants to have signed.
struct Wanted {
  std::string_view profile;
  Kind kind = Kind::digest;
  std::string_view predicate_type = {};       // of a statement
  std::span<const std::string> names = {};    // of its subjects
  std::optional<WallTime> at = std::nullopt;  // without a time, any will do
};

struct Decision {
  bool allowed = false;
  std::string rule;    // the rule that allowed, or the nearest one; empty: there is none
  std::string reason;  // for people: why it was allowed, or what was missing
  // Of the rule that allowed: the throttle asks for its tokens.
  std::optional<Rate> rate = std::nullopt;
  std::optional<Rate> user_rate = std::nullopt;
};

// The first rule that fits allows. Root needs a rule too.
Decision decide(const RuleSet& rules, const Peer& peer, const Wanted& wanted);

// May the peer read what was signed with this profile, and sign anything with it at any time?
Decision decide_profile(const RuleSet& rules, const Peer& peer, std::string_view profile);

// May the peer call this method for administrators ("Keys.MakeKey"), or any of them where it is
// empty? Root always may, by no rule.
Decision decide_admin(const RuleSet& rules, const Peer& peer, std::string_view method);

}  // namespace chancery::policy
