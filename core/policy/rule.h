// Who may sign with what: rules as values, and the decision. Deny is the default.
// Pure: any thread may call it; a RuleSet is read-only once the configuration holds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::policy {

// Who the kernel says is there, taken at accept.
struct Peer {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups = {};  // supplementary; gid is not repeated
  std::int32_t pid = 0;
  // Of the process that pid named at accept. Whether that is the one that connected, is certain
  // from Linux 6.5 on.
  std::string unit = {};  // system unit: "build.service"; empty: none
  bool is_pid_certain = false;
  // For the record only: no rule speaks of these.
  std::string invocation = {};  // of the unit: 32 hexadecimal digits
  std::string container = {};
  std::string executable = {};  // empty where we may not look
};

// In `Rule::profiles`: every profile, also one that is added later.
inline constexpr std::string_view all_profiles = "*";

// A rule allows; there is no rule that denies. A rule without users and groups allows nobody.
struct Rule {
  std::string name = {};
  std::vector<std::uint32_t> uids = {};    // any of these users
  std::vector<std::uint32_t> gids = {};    // or any of these groups
  std::vector<std::string> profiles = {};  // for these profiles; "*" is all
  bool is_admin = false;                   // grants Admin methods instead of profiles
};

struct RuleSet {
  std::vector<Rule> rules = {};
};

struct Decision {
  bool allowed = false;
  std::string rule;    // the rule that allowed, or the nearest one; empty: there is none
  std::string reason;  // for people: why it was allowed, or what was missing
};

// May the peer sign with this profile, and read what was signed with it? Root needs a rule too.
Decision decide_profile(const RuleSet& rules, const Peer& peer, std::string_view profile);

// May the peer call Admin methods? Root always may, by no rule.
Decision decide_admin(const RuleSet& rules, const Peer& peer);

}  // namespace chancery::policy
