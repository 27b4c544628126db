#include "daemon/config/rules/run_tests.h"

#include <algorithm>

#include "core/policy/decide.h"
#include "daemon/config/toml/table_reader.h"

namespace chancery::daemon {
namespace {

policy::Decision decide(const Config& config, const RuleTest& test) {
  if (!test.method.empty()) return policy::decide_admin(config.rules, test.peer, test.method);
  const auto profile = std::ranges::find(config.profiles, test.profile, &ProfileSection::name);
  const bool signs_statements =
      profile != config.profiles.end() && profile->signs == Signs::statements;
  if (signs_statements && test.kind == policy::Kind::digest) {
    return {false, "", "profile " + quote(test.profile) + " signs statements only"};
  }
  return policy::decide(config.rules, test.peer,
                        {test.profile, test.kind, test.predicate_type, test.artifacts, test.at});
}

std::string expectation_of(const RuleTest& test) {
  return std::string(test.allowed ? "allow" : "deny") +
         (test.rule.empty() ? "" : " with rule " + quote(test.rule));
}

}  // namespace

std::vector<RuleTestOutcome> run_rule_tests(const Config& config) {
  std::vector<RuleTestOutcome> outcomes;
  for (const RuleTest& test : config.rule_tests) {
    const policy::Decision decision = decide(config, test);
    const bool is_by_rule = test.rule.empty() || test.rule == decision.rule;
    const bool passed = decision.allowed == test.allowed && is_by_rule;
    outcomes.push_back({&test, passed,
                        (passed ? "" : "expected " + expectation_of(test) + "; but ") +
                            (decision.allowed ? "allowed: " : "denied: ") + decision.reason});
  }
  return outcomes;
}

void refuse_failed_tests(const Config& config, ProblemList& problems) {
  for (const RuleTestOutcome& outcome : run_rule_tests(config)) {
    if (outcome.passed) continue;
    problems.problems.push_back({outcome.test->line,
                                 "[[test]] " + quote(outcome.test->name) + ": " + outcome.message,
                                 config.rules_file.string()});
  }
}

}  // namespace chancery::daemon
