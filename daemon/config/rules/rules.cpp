#include "daemon/config/rules/rules.h"

#include "core/base/limits/rules.h"
#include "daemon/config/sections/references.h"
#include "daemon/config/toml/nearest_name.h"

namespace chancery::daemon {
namespace {

using Tables = std::vector<const ConfigTable*>;
using Names = std::vector<std::string>;

Names names_of_profiles(const Config& config) {
  Names names;
  for (const ProfileSection& profile : config.profiles) names.push_back(profile.name);
  return names;
}

Names names_of_rules(const Config& config) {
  Names names;
  for (const policy::Rule& rule : config.rules.rules) names.push_back(rule.name);
  return names;
}

void check_rules(const Config& config, const Tables& tables, ProblemList& problems) {
  const Names profiles = names_of_profiles(config);
  refuse_repeated("rule", names_of_rules(config), tables, problems);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    for (const std::string& name : config.rules.rules[i].profiles) {
      if (name == policy::all_profiles || may_refer(name, profiles)) continue;
      problems.add_missing(line_of(*tables[i], "profiles"),
                           place_of("rule", *tables[i]) + ": profiles holds " + quote(name) +
                               ", which is not a [[profile]]" + suggest_names(name, profiles));
    }
  }
  check_promises(config, tables, problems);
}

void check_tests(const Config& config, const Tables& tables, ProblemList& problems) {
  const Names profiles = names_of_profiles(config);
  const Names rules = names_of_rules(config);
  Names tests;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const RuleTest& test = config.rule_tests[i];
    tests.push_back(test.name);
    if (!test.profile.empty() && !may_refer(test.profile, profiles)) {
      problems.add_missing(line_of(*tables[i], "profile"),
                           place_of("test", *tables[i]) + ": profile " + quote(test.profile) +
                               " is not a [[profile]]" + suggest_names(test.profile, profiles));
    }
    if (!test.rule.empty() && !may_refer(test.rule, rules)) {
      problems.add_missing(line_of(*tables[i], "rule"),
                           place_of("test", *tables[i]) + ": rule " + quote(test.rule) +
                               " is not a [[rule]]" + suggest_names(test.rule, rules));
    }
  }
  refuse_repeated("test", tests, tables, problems);
}

void refuse_more(const Tables& tables, std::size_t max, std::string_view section,
                 ProblemList& problems) {
  if (tables.size() <= max) return;
  problems.add(tables[max]->line, std::string(section) + ": more than " + std::to_string(max));
}

}  // namespace

void read_policy(const ConfigTable& table, Config& config, ProblemList& problems) {
  TableReader reader(table, "[policy]", problems);
  if (const auto file =
          reader.path("file", "the path of the rules' file such as \"/etc/chancery/rules.toml\"")) {
    config.rules_file = *file;
  }
  config.rules.pid_race_unsafe = reader.flag("pid_race_unsafe", "true or false").value_or(false);
  config.rules.separate_admins = reader.flag("separate_admins", "true or false").value_or(false);
  reader.refuse_others();
}

void read_rules(TableReader& root, const Host& host, Config& config, ProblemList& problems) {
  const Tables rules = root.tables("rule");
  const Tables tests = root.tables("test");
  refuse_more(rules, limits::rules_max, "[[rule]]", problems);
  refuse_more(tests, limits::rule_tests_max, "[[test]]", problems);
  for (const ConfigTable* table : rules) {
    config.rules.rules.push_back(read_rule(*table, host, problems));
  }
  for (const ConfigTable* table : tests) {
    config.rule_tests.push_back(read_rule_test(*table, host, problems));
  }
  check_rules(config, rules, problems);
  check_tests(config, tests, problems);
}

void parse_rules(std::string_view toml, const Host& host, Config& config, ProblemList& problems) {
  ProblemList own{{}, problems.is_whole, config.rules_file.string()};
  if (toml.size() > limits::configuration_bytes_max) {
    own.add(0, "larger than " + std::to_string(limits::configuration_bytes_max) + " bytes");
  } else {
    const Document document = parse_document(toml);
    for (const ConfigProblem& problem : document.problems) own.add(problem.line, problem.message);
    own.is_whole = own.is_whole && document.is_whole;
    TableReader root(document.root, "the rules", own);
    read_rules(root, host, config, own);
    root.refuse_others();
  }
  problems.problems.insert(problems.problems.end(), own.problems.begin(), own.problems.end());
}

}  // namespace chancery::daemon
