#include "daemon/config/keys.h"

#include <algorithm>

#include "daemon/config/toml/nearest_name.h"
#include "daemon/config/toml/table_reader.h"

namespace chancery::daemon {
namespace {

// Who wants a key, in which line, and how messages name them.
struct Want {
  std::string place;
  unsigned line;
  const std::string& backend;
  const std::string& key;
};

std::string quote_name(Algorithm algorithm) { return quote(name_of(algorithm)); }

const KeyInfo* find_key(const Want& want, std::span<const BackendKeys> present,
                        ProblemList& problems) {
  const auto backend = std::ranges::find(present, want.backend, &BackendKeys::backend);
  if (backend == present.end()) return nullptr;
  const auto key = std::ranges::find(backend->keys, want.key, &KeyInfo::name);
  if (key != backend->keys.end()) return &*key;
  const auto unusable = std::ranges::find(backend->unusable, want.key, &UnusableKey::name);
  if (unusable != backend->unusable.end()) return nullptr;
  std::vector<std::string> names;
  for (const KeyInfo& info : backend->keys) names.push_back(info.name);
  problems.add(want.line, want.place + ": key " + quote(want.key) + " is not in backend " +
                              quote(want.backend) + suggest_names(want.key, names));
  return nullptr;
}

void check_log_key(const Config& config, std::span<const BackendKeys> present,
                   ProblemList& problems) {
  const Want want{"[log]", config.log.line, config.log.backend, config.log.key};
  const KeyInfo* key = find_key(want, present, problems);
  if (key == nullptr || key->algorithm == Algorithm::ed25519) return;
  problems.add(want.line, "[log]: key " + quote(want.key) + " is " + quote_name(key->algorithm) +
                              "; expected an \"ed25519\" key: checkpoints are signed with it");
}

void check_profile_key(const ProfileSection& profile, const KeyName& name,
                       std::span<const BackendKeys> present, ProblemList& problems) {
  const Want want{"[[profile]] " + quote(profile.name), profile.line, name.backend, name.key};
  const KeyInfo* key = find_key(want, present, problems);
  if (key == nullptr) return;
  const std::string is = want.place + ": key " + quote(want.key) + " is ";
  if (profile.algorithm && key->algorithm != *profile.algorithm) {
    problems.add(want.line,
                 is + quote_name(key->algorithm) + ", not " + quote_name(*profile.algorithm));
  } else if (!is_loggable(key->algorithm)) {
    problems.add(want.line, is + quote_name(key->algorithm) +
                                ", which transparency logs refuse; expected ECDSA or RSA "
                                "PKCS#1 v1.5");
  }
}

}  // namespace

std::vector<ConfigProblem> check_keys(const Config& config, std::span<const BackendKeys> present) {
  ProblemList problems;
  check_log_key(config, present, problems);
  for (const ProfileSection& profile : config.profiles) {
    for (const KeyName& key : profile.keys) check_profile_key(profile, key, present, problems);
  }
  std::ranges::stable_sort(problems.problems, {}, &ConfigProblem::line);
  return std::move(problems.problems);
}

}  // namespace chancery::daemon
