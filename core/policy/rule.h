// Who is there, and who may do what: rules as values. Deny is the default (decide.h).
// A RuleSet is read-only once the configuration holds: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/pattern.h"
#include "core/policy/rate.h"
#include "core/policy/schedule.h"

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

// What is to be signed. A raw digest may be that of anything (docs/configuration.md, `signs`).
enum class Kind { digest, statement };
std::string_view name_of(Kind kind);

// All of a rule must fit, and an empty list there asks for nothing, but for the subjects.
struct Rule {
  std::string name = {};
  // Whom: any of these users or groups; and where there are units, in one of them. With units
  // alone whoever is in one. With none of the three nobody.
  std::vector<std::uint32_t> uids = {};
  std::vector<std::uint32_t> gids = {};
  std::vector<Pattern> units = {};
  // What: for these profiles ("*" is all), of these kinds, statements of these predicate types
  // about subjects that all have one of these names.
  std::vector<std::string> profiles = {};
  std::vector<Kind> kinds = {};
  std::vector<Pattern> predicate_types = {};
  std::vector<Pattern> names = {};
  // When, and how often: by all together, by each user.
  Schedule schedule = {};
  std::optional<Rate> rate = {};
  std::optional<Rate> user_rate = {};
  // Grants methods such as "Keys.MakeKey" instead of profiles; without any, all for administrators.
  bool is_admin = false;
  std::vector<Pattern> methods = {};
};

// A rule allows; there is none that denies.
struct RuleSet {
  std::vector<Rule> rules = {};
  bool pid_race_unsafe = false;  // believe the unit of a process whose pid is not certain
  bool separate_admins = false;  // whoever may administer anything may not sign
};

}  // namespace chancery::policy
