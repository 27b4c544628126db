// The rules held against their own tests. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/toml/problem.h"

namespace chancery::daemon {

struct RuleTestOutcome {
  const RuleTest* test;
  bool passed = false;
  std::string message;  // what the rules say; and what was expected, where that is something else
};

// In the order of config.rule_tests, which must outlive the answer.
std::vector<RuleTestOutcome> run_rule_tests(const Config& config);

// Those that fail, as problems of the configuration.
void refuse_failed_tests(const Config& config, ProblemList& problems);

}  // namespace chancery::daemon
