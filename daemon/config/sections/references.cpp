#include "daemon/config/sections/references.h"

#include <algorithm>

#include "daemon/config/toml/nearest_name.h"

namespace chancery::daemon {
namespace {

using Tables = std::vector<const ConfigTable*>;
using Names = std::vector<std::string>;

void check_backend(const ConfigTable& table, std::string_view place, const std::string& name,
                   const Names& backends, ProblemList& problems) {
  if (may_refer(name, backends)) return;
  problems.add_missing(line_of(table, "backend"), std::string(place) + ": backend " + quote(name) +
                                                      " is not a [[backend]]" +
                                                      suggest_names(name, backends));
}

unsigned key_line(const ConfigTable& profile) {
  return line_of(profile, find_entry(profile, "keys") == nullptr ? "key" : "keys");
}

// Where a profile names its keys.
struct Place {
  std::string words;
  unsigned line;
};

void check_log_key(const Config& config, const KeyName& key, const Place& place,
                   ProblemList& problems) {
  if (key != KeyName{config.log.backend, config.log.key}) return;
  problems.add(place.line, place.words + ": key " + quote(key.key) +
                               " is the log's own key: whoever may sign with it could sign "
                               "checkpoints; expected a key that only this profile uses");
}

void check_kind(const ProfileSection& profile, const KeyName& key,
                std::span<const ProfileSection> before, const Place& place, ProblemList& problems) {
  const auto name = [](Signs signs) { return signs == Signs::digests ? "digests" : "statements"; };
  for (const ProfileSection& other : before) {
    if (!uses_key(other, key) || other.signs == profile.signs) continue;
    problems.add(place.line, place.words + ": key " + quote(key.key) + " signs " +
                                 name(profile.signs) + " here and " + name(other.signs) +
                                 " in profile " + quote(other.name) +
                                 ". Whoever may have a raw digest signed can have a statement "
                                 "signed, for a digest can be that of a statement: limits on "
                                 "statements would hold nobody. Expected two keys, or the same "
                                 "`signs` in both");
    return;
  }
}

// Design promise 7: whoever may have a raw digest signed by a key can have anything signed by it.
void check_kinds(const Config& config, const Tables& tables, ProblemList& problems) {
  for (std::size_t i = 0; i < config.profiles.size(); ++i) {
    const std::span<const ProfileSection> before(config.profiles.data(), i);
    for (const KeyName& key : config.profiles[i].keys) {
      if (key.key.empty()) continue;
      const Place place{place_of("profile", *tables[i]), key_line(*tables[i])};
      check_log_key(config, key, place, problems);
      check_kind(config.profiles[i], key, before, place, problems);
    }
  }
}

void check_lives(const Config& config, const Tables& tables, ProblemList& problems) {
  for (std::size_t i = 0; i < config.profiles.size(); ++i) {
    if (config.profiles[i].idempotency_key_life <= config.archive_life) continue;
    problems.add(line_of(*tables[i], "idempotency_hours"),
                 place_of("profile", *tables[i]) +
                     ": idempotency_hours is longer than [archive] days keeps the answers; "
                     "expected at most " +
                     std::to_string(config.archive_life / std::chrono::hours(1)) + " hours");
  }
}

void check_names(std::string_view key, std::string_view section, const Names& wanted,
                 const Names& known, const ConfigTable& profile, ProblemList& problems) {
  for (const std::string& name : wanted) {
    if (may_refer(name, known)) continue;
    problems.add_missing(line_of(profile, key), place_of("profile", profile) + ": " +
                                                    std::string(key) + " holds " + quote(name) +
                                                    ", which is not a " + std::string(section) +
                                                    suggest_names(name, known));
  }
}

// Rekor v2 gives no time, and what nobody dates stops verifying when its key is rotated out.
void check_time_source(const Config& config, const ProfileSection& profile,
                       const ConfigTable& table, ProblemList& problems) {
  for (const RekorSection& log : config.remote.logs) {
    const bool is_used = std::ranges::find(profile.logs, log.name) != profile.logs.end();
    if (!is_used || log.version == 1 || !profile.authorities.empty()) continue;
    problems.add(line_of(table, "logs"),
                 place_of("profile", table) + ": log " + quote(log.name) +
                     " is a Rekor of version 2, which gives no time, and nobody else does; "
                     "expected timestamps = [\"...\"]");
    return;
  }
}

// A signature that leaves before its logs have it needs both: logs, and somebody else to date it.
void check_deadline(const ProfileSection& profile, const ConfigTable& table,
                    ProblemList& problems) {
  if (!profile.record_within) return;
  const auto miss = [&](std::string_view reason, std::string_view expected) {
    problems.add(line_of(table, "record"), place_of("profile", table) +
                                               ": record = \"by-deadline\" " + std::string(reason) +
                                               "; expected " + std::string(expected));
  };
  if (profile.logs.empty()) {
    miss("without logs: the local log alone has it at once", "logs = [\"...\"]");
  } else if (profile.authorities.empty()) {
    miss("without timestamps: nobody would date what leaves before a log has it",
         "timestamps = [\"...\"]");
  }
}

void check_elsewhere(const Config& config, const SectionTables& tables, ProblemList& problems) {
  Names logs, authorities, signing_configs;
  for (const RekorSection& log : config.remote.logs) logs.push_back(log.name);
  for (const AuthoritySection& authority : config.remote.authorities) {
    authorities.push_back(authority.name);
  }
  for (const SigningConfigSection& section : config.remote.signing_configs) {
    signing_configs.push_back(section.name);
  }
  refuse_repeated("rekor", logs, tables.logs, problems);
  refuse_repeated("timestamp_authority", authorities, tables.authorities, problems);
  refuse_repeated("signing_config", signing_configs, tables.signing_configs, problems);
  for (std::size_t i = 0; i < config.profiles.size(); ++i) {
    const ProfileSection& profile = config.profiles[i];
    const ConfigTable& table = *tables.profiles[i];
    check_names("logs", "[[rekor]]", profile.logs, logs, table, problems);
    check_names("timestamps", "[[timestamp_authority]]", profile.authorities, authorities, table,
                problems);
    check_names("signing_config", "[[signing_config]]", {profile.signing_config}, signing_configs,
                table, problems);
    check_time_source(config, profile, *tables.profiles[i], problems);
    check_deadline(profile, *tables.profiles[i], problems);
    if (profile.logs.empty() && !profile.authorities.empty()) {
      problems.add(line_of(*tables.profiles[i], "timestamps"),
                   place_of("profile", *tables.profiles[i]) +
                       ": timestamps without logs: signatures in the local log alone have none; "
                       "expected logs = [\"...\"] as well");
    }
  }
}

}  // namespace

bool may_refer(const std::string& name, const Names& names) {
  return name.empty() || std::ranges::find(names, name) != names.end() ||
         std::ranges::find(names, "") != names.end();
}

void refuse_repeated(std::string_view kind, const Names& names, const Tables& tables,
                     ProblemList& problems) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto first = std::find(names.begin(), names.end(), names[i]) - names.begin();
    if (names[i].empty() || first == static_cast<std::ptrdiff_t>(i)) continue;
    problems.add(line_of(*tables[i], "name"),
                 place_of(kind, *tables[i]) + ": name is already taken in line " +
                     std::to_string(line_of(*tables[static_cast<std::size_t>(first)], "name")));
  }
}

void check_references(const Config& config, const SectionTables& tables, ProblemList& problems) {
  Names backends, profiles;
  for (const BackendSection& backend : config.backends) backends.push_back(backend.config.name);
  for (const ProfileSection& profile : config.profiles) profiles.push_back(profile.name);
  refuse_repeated("backend", backends, tables.backends, problems);
  refuse_repeated("profile", profiles, tables.profiles, problems);

  if (tables.log != nullptr) {
    check_backend(*tables.log, "[log]", config.log.backend, backends, problems);
  }
  for (std::size_t i = 0; i < config.profiles.size(); ++i) {
    for (const KeyName& key : config.profiles[i].keys) {
      check_backend(*tables.profiles[i], place_of("profile", *tables.profiles[i]), key.backend,
                    backends, problems);
    }
  }
  check_kinds(config, tables.profiles, problems);
  check_lives(config, tables.profiles, problems);
  check_elsewhere(config, tables, problems);
}

}  // namespace chancery::daemon
