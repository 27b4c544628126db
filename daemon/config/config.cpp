#include "daemon/config/config.h"

#include <algorithm>
#include <tuple>

#include "core/base/encoding.h"
#include "core/base/limits/configuration.h"
#include "core/crypto/digest.h"
#include "daemon/config/rules/rules.h"
#include "daemon/config/rules/run_tests.h"
#include "daemon/config/sections/chosen_services.h"
#include "daemon/config/sections/references.h"
#include "daemon/config/sections/sections.h"
#include "daemon/config/toml/document.h"

namespace chancery::daemon {
namespace {

using ReadSection = void (*)(const ConfigTable&, Config&, ProblemList&);

void read_single_sections(TableReader& root, Config& config, ProblemList& problems) {
  constexpr std::pair<std::string_view, ReadSection> sections[] = {
      {"server", read_server}, {"state", read_state},     {"archive", read_archive},
      {"audit", read_audit},   {"metrics", read_metrics}, {"policy", read_policy},
      {"remote", read_remote}};
  for (const auto& [name, read] : sections) {
    if (const ConfigTable* table = root.table(name)) read(*table, config, problems);
  }
}

void read_log_section(TableReader& root, Config& config, SectionTables& tables,
                      ProblemList& problems) {
  tables.log = root.table("log");
  if (tables.log != nullptr) {
    read_log(*tables.log, config, problems);
  } else if (!root.has("log")) {
    root.miss("[log]", "a section with origin, backend and key: every signature is recorded");
  }
}

void read_repeated_sections(TableReader& root, std::span<const BackendType> types, Config& config,
                            SectionTables& tables, ProblemList& problems) {
  tables.backends = root.tables("backend");
  tables.profiles = root.tables("profile");
  tables.logs = root.tables("rekor");
  tables.authorities = root.tables("timestamp_authority");
  tables.signing_configs = root.tables("signing_config");
  for (const ConfigTable* table : tables.logs) {
    config.remote.logs.push_back(read_rekor(*table, problems));
  }
  for (const ConfigTable* table : tables.authorities) {
    config.remote.authorities.push_back(read_authority(*table, problems));
  }
  for (const ConfigTable* table : tables.signing_configs) {
    config.remote.signing_configs.push_back(read_signing_config(*table, problems));
  }
  for (const ConfigTable* table : tables.backends) {
    config.backends.push_back(read_backend(*table, types, problems));
  }
  if (config.backends.size() > limits::backends_max) {
    problems.add(config.backends[limits::backends_max].line,
                 "[[backend]]: more than " + std::to_string(limits::backends_max) +
                     "; each is a process of its own");
  }
  for (const ConfigTable* table : tables.profiles) {
    config.profiles.push_back(read_profile(*table, problems));
  }
}

// From the file that [policy] names, whose text it returns, or from the configuration itself.
std::string read_all_rules(TableReader& root, const Host& host, Config& config,
                           ProblemList& problems) {
  if (config.rules_file.empty()) {
    read_rules(root, host, config, problems);
    return {};
  }
  for (const char* section : {"rule", "test"}) {
    if (root.tables(section).empty()) continue;
    problems.add(root.line_of(section), "[[" + std::string(section) + "]]: [policy] file names " +
                                            quote(config.rules_file.string()) +
                                            ", and all rules are to be there");
  }
  Result<std::string> text = host.read_rules(config.rules_file);
  if (!text.ok()) {
    problems.add(root.line_of("policy"), "[policy]: " + text.error().message);
    return {};
  }
  parse_rules(*text, host, config, problems);
  return *std::move(text);
}

// By line, each once, no more than a person reads.
std::vector<ConfigProblem> arrange(std::vector<ConfigProblem> problems) {
  const auto place = [](const ConfigProblem& problem) {
    return std::tie(problem.file, problem.line);
  };
  std::ranges::stable_sort(problems, {}, place);
  const auto same = [&](const ConfigProblem& a, const ConfigProblem& b) {
    return place(a) == place(b) && a.message == b.message;
  };
  problems.erase(std::unique(problems.begin(), problems.end(), same), problems.end());
  if (problems.size() > limits::configuration_problems_max) {
    const std::size_t more = problems.size() - limits::configuration_problems_max;
    problems.resize(limits::configuration_problems_max);
    problems.push_back({problems.back().line, "and " + std::to_string(more) + " more problems",
                        problems.back().file});
  }
  return problems;
}

}  // namespace

ConfigOutcome parse_config(std::string_view toml, const std::filesystem::path& source,
                           const Host& host, std::span<const BackendType> types) {
  ConfigOutcome outcome;
  outcome.config.source = source;
  if (toml.size() > limits::configuration_bytes_max) {
    outcome.problems.push_back(
        {0, "larger than " + std::to_string(limits::configuration_bytes_max) + " bytes"});
    return outcome;
  }
  Document document = parse_document(toml);
  ProblemList problems{std::move(document.problems), document.is_whole, {}};
  SectionTables tables;
  TableReader root(document.root, "the configuration", problems);
  read_single_sections(root, outcome.config, problems);
  read_log_section(root, outcome.config, tables, problems);
  read_repeated_sections(root, types, outcome.config, tables, problems);
  const std::string rules = read_all_rules(root, host, outcome.config, problems);
  outcome.config.policy_hash = hex_encode(sha256(as_bytes(std::string(toml) + rules)));
  root.refuse_others();
  choose_services(host, outcome.config, tables, problems);
  check_references(outcome.config, tables, problems);
  if (problems.problems.empty()) refuse_failed_tests(outcome.config, problems);
  outcome.problems = arrange(std::move(problems.problems));
  return outcome;
}

bool uses_key(const ProfileSection& profile, const KeyName& key) {
  return std::ranges::find(profile.keys, key) != profile.keys.end();
}

bool uses_key(const Config& config, const KeyName& key) {
  if (key == KeyName{config.log.backend, config.log.key}) return true;
  return std::ranges::any_of(config.profiles,
                             [&](const ProfileSection& profile) { return uses_key(profile, key); });
}

std::string describe(const std::filesystem::path& source, std::span<const ConfigProblem> problems) {
  const std::string whole = source.empty() ? "the embedded default" : source.string();
  std::string text;
  for (const ConfigProblem& problem : problems) {
    const std::string file = problem.file.empty() ? whole : problem.file;
    text += (text.empty() ? "" : "\n") + file + ":";
    if (problem.line != 0) text += std::to_string(problem.line) + ":";
    text += " " + problem.message;
  }
  return text;
}

}  // namespace chancery::daemon
