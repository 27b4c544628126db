// Rules with all their conditions, in the configuration and in a file of their own; their tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "core/base/encoding.h"
#include "core/base/limits/rules.h"
#include "core/crypto/digest.h"
#include "tests/unit/config/sample_config.h"

namespace chancery::daemon {
namespace {

using ::testing::HasSubstr;

std::string problems_of(std::string_view toml) {
  return describe("f", parse_sample(toml).problems);
}

// The sample without its rules, and these instead. They begin in line 30.
std::string with_rules(std::string_view rules) {
  return sample_toml.substr(0, sample_toml.find("[[rule]]")) + std::string(rules);
}

constexpr std::string_view full_rule = R"([[rule]]
name = "ci"
users = ["alice"]
units = ["runner@*.service"]
profiles = ["release"]
kinds = ["statement"]
predicate_types = ["https://slsa.dev/*"]
artifacts = ["app-*", "re:lib[0-9]+"]
days = ["mon", "tue"]
hours = ["08:00-18:00"]
rate = "1000/hour"
user_rate = "10/minute"
)";

TEST(Rules, EveryConditionIsRead) {
  const ConfigOutcome outcome = parse_sample(with_rules(full_rule));
  ASSERT_EQ(describe("f", outcome.problems), "");
  const policy::Rule& rule = outcome.config.rules.rules.at(0);
  EXPECT_TRUE(rule.units.at(0).matches("runner@1.service"));
  EXPECT_EQ(rule.kinds, std::vector{policy::Kind::statement});
  EXPECT_TRUE(rule.predicate_types.at(0).matches("https://slsa.dev/provenance/v1"));
  EXPECT_TRUE(rule.names.at(1).matches("lib12"));
  EXPECT_EQ(rule.schedule.words(), "on mon, tue, from 08:00 to 18:00 UTC");
  EXPECT_EQ(rule.rate->words(), "1000/hour");
  EXPECT_EQ(rule.user_rate->words(), "10/minute");
}

TEST(Rules, AnAdministratorsMethodsAreRead) {
  const ConfigOutcome outcome = parse_sample(
      with_rules("[[rule]]\nname = \"k\"\nusers = [1]\nadmin = true\nmethods = [\"Keys.*\"]\n"));
  ASSERT_EQ(describe("f", outcome.problems), "");
  EXPECT_TRUE(outcome.config.rules.rules.at(0).methods.at(0).matches("Keys.MakeKey"));
}

struct RuleMistake {
  const char* name;
  const char* was;
  const char* becomes;
  const char* problem;
};

void PrintTo(const RuleMistake& mistake, std::ostream* out) { *out << mistake.name; }

class RuleMistakes : public testing::TestWithParam<RuleMistake> {};

TEST_P(RuleMistakes, AreToldWithTheirLine) {
  std::string toml = with_rules(full_rule);
  toml.replace(toml.find(GetParam().was), std::string(GetParam().was).size(), GetParam().becomes);
  EXPECT_EQ(problems_of(toml), GetParam().problem);
}

INSTANTIATE_TEST_SUITE_P(
    Conditions, RuleMistakes,
    testing::Values(
        RuleMistake{"UnitOfNoKind", "\"runner@*.service\"", "\"runner\"",
                    R"(f:33: [[rule]] "ci": units holds "runner", and no unit with processes is )"
                    R"(called so; expected "runner.service")"},
        RuleMistake{"UnitIsNumber", "\"runner@*.service\"", "3",
                    R"(f:33: [[rule]] "ci": units holds a whole number; expected names of system )"
                    R"(units such as ["build.service", "runner@*"])"},
        RuleMistake{"KindUnknown", "\"statement\"", "\"image\"",
                    R"(f:35: [[rule]] "ci": kinds holds "image"; expected "digest", "statement" )"
                    "or both"},
        RuleMistake{"PatternIsNoExpression", "re:lib[0-9]+", "re:lib[",
                    R"(f:37: [[rule]] "ci": artifacts holds "re:lib[" is no regular expression: )"
                    R"(missing ]: [; expected names of a statement's subjects such as ["app-*"])"},
        RuleMistake{"PatternIsEmpty", "app-*", "",
                    R"(f:37: [[rule]] "ci": artifacts holds an empty string; expected names of a )"
                    R"(statement's subjects such as ["app-*"])"},
        RuleMistake{"DayUnknown", "\"tue\"", "\"Tuesday\"",
                    R"(f:38: [[rule]] "ci": days holds "Tuesday"; expected days such as ["mon", )"
                    R"("tue", "wed", "thu", "fri"])"},
        RuleMistake{"HoursUnreadable", "08:00-18:00", "8-18",
                    R"(f:39: [[rule]] "ci": hours holds "8-18"; expected hours (UTC) such as )"
                    R"(["08:00-18:00", "22:00-02:00"])"},
        RuleMistake{"RateUnreadable", "1000/hour", "fast",
                    R"(f:40: [[rule]] "ci": rate is "fast"; expected a number of signatures in a )"
                    R"(time such as "100/minute" (second, minute, hour, day))"},
        RuleMistake{"MethodsWithoutAdmin", "rate = \"1000/hour\"", "methods = [\"Keys.*\"]",
                    R"(f:40: [[rule]] "ci": methods stands in a rule for profiles; expected )"
                    "admin = true beside it"},
        RuleMistake{"OnlyDigestsOfAKeyForStatements",
                    "kinds = [\"statement\"]\npredicate_types = [\"https://slsa.dev/*\"]\n"
                    "artifacts = [\"app-*\", \"re:lib[0-9]+\"]\n",
                    "kinds = [\"digest\"]\n",
                    R"(f:35: [[rule]] "ci": kinds holds "digest" alone, and profile "release" )"
                    "signs only statements: it allows nothing"}),
    [](const auto& entry) { return entry.param.name; });

TEST(RulesForAdmins, TakeNoConditionsOfSigning) {
  const std::string said = problems_of(with_rules(
      "[[rule]]\nname = \"k\"\nusers = [1]\nadmin = true\nrate = \"1/day\"\ndays = [\"mon\"]\n"));
  EXPECT_EQ(said,
            "f:34: [[rule]] \"k\": rate stands beside admin = true; expected it in a rule for "
            "profiles\n"
            "f:35: [[rule]] \"k\": days stands beside admin = true; expected it in a rule for "
            "profiles");
}

TEST(Rules, AMegabyteOfExpressionIsRefusedByItsLimit) {
  std::string toml = with_rules(full_rule);
  const std::string was = "re:lib[0-9]+";
  toml.replace(toml.find(was), was.size(), "re:" + std::string(1'000'000, '('));
  EXPECT_THAT(problems_of(toml), HasSubstr("f:37: [[rule]] \"ci\": artifacts holds \"re:(((("));
  EXPECT_THAT(problems_of(toml), HasSubstr("has 1000003 bytes; a pattern has at most 1024"));
}

// --- Design promise 7 ---

std::string promise(std::string_view condition, std::string_view profiles = "[\"nightly\"]") {
  return problems_of(
      with_rules("[[rule]]\nname = \"all\"\nusers = [1]\nprofiles = [\"nightly\"]\n"
                 "[[rule]]\nname = \"some\"\nusers = [2]\nprofiles = " +
                 std::string(profiles) + "\n" + std::string(condition) + "\n"));
}

TEST(Promises, NoRuleLimitsContentWhereTheKeySignsRawDigests) {
  EXPECT_EQ(promise("predicate_types = [\"https://slsa.dev/*\"]"),
            R"(f:38: [[rule]] "some": predicate_types limits what the key of profile "nightly" )"
            R"(vouches for, but that key signs raw digests, as rule "all" allows. A digest can be )"
            "that of any statement, so nobody who sees a signature could rely on the limit. "
            "Expected a profile with signs = \"statements\" and a key of its own, or a rule that "
            "grants all kinds");
  EXPECT_THAT(promise("kinds = [\"statement\"]"),
              HasSubstr("f:38: [[rule]] \"some\": kinds limits"));
  EXPECT_THAT(promise("kinds = [\"digest\"]"), HasSubstr("f:38: [[rule]] \"some\": kinds limits"));
  EXPECT_THAT(promise("artifacts = [\"app\"]"), HasSubstr("artifacts limits"));
  EXPECT_THAT(promise("artifacts = [\"app\"]", "[\"*\"]"), HasSubstr("artifacts limits"));
}

TEST(Promises, WhatTheKernelAndTheClockHoldMayBeLimitedForAnyKey) {
  EXPECT_EQ(promise("kinds = [\"digest\", \"statement\"]\nunits = [\"a.service\"]\n"
                    "days = [\"mon\"]\nrate = \"1/day\""),
            "");
}

// --- A file of their own ---

constexpr std::string_view policy_section = "[policy]\nfile = \"/etc/chancery/rules.toml\"\n";

ConfigOutcome parse_with_file(const std::string& toml, const Result<std::string>& file) {
  Host host = sample_users();
  host.read_rules = [&](const std::filesystem::path& path) -> Result<std::string> {
    EXPECT_EQ(path, "/etc/chancery/rules.toml");
    return file;
  };
  return parse_config(toml, "f", host, sample_types);
}

TEST(RulesFile, HoldsTheRulesAndTheirTests) {
  const ConfigOutcome outcome = parse_with_file(
      with_rules(policy_section),
      std::string(full_rule) +
          "[[test]]\nname = \"t\"\nuser = \"alice\"\nprofile = \"release\"\nexpect = \"deny\"\n");
  EXPECT_EQ(describe("f", outcome.problems), "");
  EXPECT_EQ(outcome.config.rules.rules.size(), 1U);
  EXPECT_EQ(outcome.config.rule_tests.size(), 1U);
}

// cat chancery.toml rules.toml | sha256sum
TEST(RulesFile, TheHashOfWhatDecidesCoversItAndTheConfiguration) {
  const std::string toml = with_rules(policy_section);
  const std::string rules(full_rule);
  EXPECT_EQ(parse_with_file(toml, rules).config.policy_hash,
            hex_encode(sha256(as_bytes(toml + rules))));
}

TEST(RulesFile, ItsMistakesAreToldWithItsName) {
  const ConfigOutcome outcome =
      parse_with_file(with_rules(std::string(policy_section) + "sort = 1\n"),
                      std::string("[[rule]]\nname = \"r\"\nusers = [1]\nprofiles = [\"relase\"]\n"
                                  "[server]\nsocket = \"/s\"\n"));
  EXPECT_EQ(describe("f", outcome.problems),
            "f:32: [policy]: unknown key \"sort\"; known are file, pid_race_unsafe, "
            "separate_admins\n"
            "/etc/chancery/rules.toml:4: [[rule]] \"r\": profiles holds \"relase\", which is not a "
            "[[profile]]; did you mean \"release\"?\n"
            "/etc/chancery/rules.toml:5: the rules: unknown key \"server\"; known are rule, test");
}

TEST(RulesFile, WithItNoRulesStandInTheConfiguration) {
  const ConfigOutcome outcome =
      parse_with_file(with_rules(full_rule) + std::string(policy_section), std::string());
  EXPECT_EQ(describe("f", outcome.problems),
            "f:30: [[rule]]: [policy] file names \"/etc/chancery/rules.toml\", and all rules are "
            "to be there");
}

TEST(RulesFile, ThatCannotBeReadIsAProblem) {
  const ConfigOutcome outcome =
      parse_with_file(with_rules(policy_section), invalid_request("CONFIG_UNSAFE", "not ours"));
  EXPECT_EQ(describe("f", outcome.problems), "f:30: [policy]: not ours");
}

// --- [[test]] ---

// Of the full rule, which ends in line 41.
std::string tested(std::string_view test) {
  return problems_of(
      with_rules(std::string(full_rule) + "[[test]]\nname = \"t\"\n" + std::string(test)));
}

constexpr std::string_view good_test =
    "user = \"alice\"\nunit = \"runner@1.service\"\nprofile = \"release\"\n"
    "predicate_type = \"https://slsa.dev/provenance/v1\"\nartifacts = [\"app-1\"]\n";

TEST(RuleTests, HoldWhereTheRulesSayWhatIsExpected) {
  EXPECT_EQ(tested(std::string(good_test) + "expect = \"allow\"\nrule = \"ci\"\n"), "");
  EXPECT_EQ(tested(std::string(good_test) +
                   "at = \"2026-01-05T12:00:00Z\"\nexpect = \"allow\"\nrule = \"ci\"\n"),
            "");
  EXPECT_EQ(tested(std::string(good_test) +
                   "at = \"2026-01-05T19:00:00Z\"\nexpect = \"deny\"\nrule = \"ci\"\n"),
            "");
  EXPECT_EQ(tested("user = 5\nmethod = \"Admin.Reload\"\nexpect = \"deny\"\n"), "");
  EXPECT_EQ(tested("user = 0\nmethod = \"Admin.Reload\"\nexpect = \"allow\"\n"), "");
}

TEST(RuleTests, ThatFailAreProblemsWithWhatTheRulesSay) {
  EXPECT_EQ(tested(std::string(good_test) + "expect = \"deny\"\n"),
            "f:42: [[test]] \"t\": expected deny; but allowed: rule \"ci\" allows profile "
            "\"release\" to user id 1000 in unit \"runner@1.service\"");
  EXPECT_EQ(tested("user = 7\nprofile = \"release\"\nexpect = \"allow\"\nrule = \"ci\"\n"),
            "f:42: [[test]] \"t\": expected allow with rule \"ci\"; but denied: profile "
            "\"release\" signs statements only");
}

TEST(RuleTests, MistakesInThemAreTold) {
  EXPECT_EQ(tested("user = \"bob\"\nprofile = \"x\"\nmethod = \"y\"\nartifacts = [\"a\"]\n"
                   "at = \"noon\"\nexpect = \"maybe\"\nrule = \"cj\"\ncolour = 1\n"),
            "f:44: [[test]] \"t\": user holds \"bob\", and this host has no such user\n"
            "f:45: [[test]] \"t\": profile \"x\" is not a [[profile]]; known are release, nightly\n"
            "f:46: [[test]] \"t\": method is what is asked for; expected either a profile or a "
            "method\n"
            "f:47: [[test]] \"t\": artifacts stands without predicate_type; expected both, for a "
            "statement\n"
            "f:48: [[test]] \"t\": at is \"noon\"; expected a time such as "
            "\"2026-01-05T12:00:00Z\"\n"
            "f:49: [[test]] \"t\": expect is \"maybe\"; expected \"allow\" or \"deny\"\n"
            "f:50: [[test]] \"t\": rule \"cj\" is not a [[rule]]; did you mean \"ci\"?\n"
            "f:51: [[test]] \"t\": unknown key \"colour\"; known are name, user, groups, unit, "
            "profile, method, predicate_type, artifacts, at, expect, rule");
}

}  // namespace
}  // namespace chancery::daemon
