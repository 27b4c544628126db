#include "core/policy/decide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

namespace chancery::policy {
namespace {

using testing::HasSubstr;

// What most tests ask: two teams, one profile each, and an admin who may not sign.
RuleSet two_teams() {
  return {{
      {.name = "builders", .uids = {1000}, .gids = {50}, .profiles = {"release"}},
      {.name = "testers", .uids = {2000}, .gids = {60}, .profiles = {"nightly", "trial"}},
      {.name = "keepers", .uids = {3000}, .gids = {70}, .is_admin = true},
  }};
}

struct ProfileCase {
  const char* name;
  Peer peer;
  const char* profile;
  bool allowed;
  const char* rule;
  const char* reason;
};

void PrintTo(const ProfileCase& entry, std::ostream* out) { *out << entry.name; }

class DecideProfile : public testing::TestWithParam<ProfileCase> {};

TEST_P(DecideProfile, AnswersAsTheTableSays) {
  const ProfileCase& expected = GetParam();
  const Decision decision = decide_profile(two_teams(), expected.peer, expected.profile);
  EXPECT_EQ(decision.allowed, expected.allowed);
  EXPECT_EQ(decision.rule, expected.rule);
  EXPECT_EQ(decision.reason, expected.reason);
}

INSTANTIATE_TEST_SUITE_P(
    Table, DecideProfile,
    testing::Values(
        ProfileCase{"UserOfTheRuleMaySign",
                    {.uid = 1000, .gid = 1000},
                    "release",
                    true,
                    "builders",
                    R"(rule "builders" allows profile "release" to user id 1000)"},
        ProfileCase{"PrimaryGroupOfTheRuleMaySign",
                    {.uid = 1001, .gid = 50},
                    "release",
                    true,
                    "builders",
                    R"(rule "builders" allows profile "release" to group id 50)"},
        ProfileCase{"SupplementaryGroupOfTheRuleMaySign",
                    {.uid = 1001, .gid = 1001, .groups = {27, 60}},
                    "trial",
                    true,
                    "testers",
                    R"(rule "testers" allows profile "trial" to group id 60)"},
        ProfileCase{"UserOfAnotherProfileMayNot",
                    {.uid = 1000, .gid = 1000},
                    "nightly",
                    false,
                    "testers",
                    R"(the nearest rule is "testers": it allows profile "nightly", but not to )"
                    R"(user id 1000 (group id 1000) or to any other group of this process)"},
        ProfileCase{"ProfileThatNoRuleNamesIsRefusedEvenToAKnownUser",
                    {.uid = 1000, .gid = 1000},
                    "secret",
                    false,
                    "builders",
                    R"(the nearest rule is "builders": it allows user id 1000, but not for )"
                    R"(profile "secret")"},
        ProfileCase{"StrangerAskingForAnUnknownProfileIsNearNoRule",
                    {.uid = 4000, .gid = 4000},
                    "secret",
                    false,
                    "",
                    R"(no rule names profile "secret" or user id 4000 (group id 4000))"},
        ProfileCase{"AdminMayNotSign",
                    {.uid = 3000, .gid = 3000},
                    "secret",
                    false,
                    "",
                    R"(no rule names profile "secret" or user id 3000 (group id 3000))"},
        ProfileCase{"RootNeedsARuleToSign",
                    {.uid = 0, .gid = 0},
                    "release",
                    false,
                    "builders",
                    R"(the nearest rule is "builders": it allows profile "release", but not to )"
                    R"(user id 0 (group id 0) or to any other group of this process)"},
        ProfileCase{"UserIdIsNoGroupId",
                    {.uid = 50, .gid = 1000},
                    "release",
                    false,
                    "builders",
                    R"(the nearest rule is "builders": it allows profile "release", but not to )"
                    R"(user id 50 (group id 1000) or to any other group of this process)"},
        ProfileCase{"StarIsNoProfileToAskFor",
                    {.uid = 1000, .gid = 1000},
                    "*",
                    false,
                    "builders",
                    R"(the nearest rule is "builders": it allows user id 1000, but not for )"
                    R"(profile "*")"}),
    [](const auto& entry) { return entry.param.name; });

TEST(DecideProfileEdges, NobodyMaySignWhenThereAreNoRules) {
  const Decision decision = decide_profile({}, {.uid = 0, .gid = 0}, "release");
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.rule, "");
  EXPECT_THAT(decision.reason, HasSubstr("no rule names profile \"release\""));
}

TEST(DecideProfileEdges, StarAllowsEveryProfile) {
  const RuleSet rules{{{.name = "all", .uids = {7}, .profiles = {"*"}}}};
  EXPECT_TRUE(decide_profile(rules, {.uid = 7, .gid = 7}, "any").allowed);
  EXPECT_FALSE(decide_profile(rules, {.uid = 8, .gid = 8}, "any").allowed);
}

TEST(DecideProfileEdges, RuleWithoutSubjectsAllowsNobody) {
  const RuleSet rules{{{.name = "open", .profiles = {"*"}}}};
  EXPECT_FALSE(decide_profile(rules, {.uid = 0, .gid = 0}, "release").allowed);
}

TEST(DecideProfileEdges, ProfilesOfAnAdminRuleGrantNothing) {
  const RuleSet rules{{{.name = "odd", .uids = {7}, .profiles = {"*"}, .is_admin = true}}};
  EXPECT_FALSE(decide_profile(rules, {.uid = 7, .gid = 7}, "release").allowed);
}

TEST(DecideProfileEdges, LaterRuleAllowsWhatAnEarlierOneDoesNot) {
  RuleSet rules = two_teams();
  rules.rules.push_back({.name = "late", .uids = {4000}, .profiles = {"release"}});
  EXPECT_EQ(decide_profile(rules, {.uid = 4000, .gid = 4000}, "release").rule, "late");
}

TEST(DecideAdmin, RootIsAdminWithoutAnyRule) {
  const Decision decision = decide_admin({}, {.uid = 0, .gid = 0}, "Admin.Reload");
  EXPECT_TRUE(decision.allowed);
  EXPECT_EQ(decision.rule, "");
}

TEST(DecideAdmin, RootGroupIsNotRoot) {
  EXPECT_FALSE(decide_admin({}, {.uid = 1000, .gid = 0}, "Admin.Reload").allowed);
}

TEST(DecideAdmin, UserAndGroupOfAnAdminRuleAreAdmins) {
  EXPECT_EQ(decide_admin(two_teams(), {.uid = 3000, .gid = 3000}, "Admin.Reload").rule, "keepers");
  EXPECT_TRUE(
      decide_admin(two_teams(), {.uid = 1, .gid = 1, .groups = {70}}, "Admin.Reload").allowed);
}

TEST(DecideAdmin, RuleForProfilesMakesNoAdmin) {
  const Decision decision = decide_admin(two_teams(), {.uid = 1000, .gid = 1000}, "Admin.Reload");
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.rule, "keepers");
  EXPECT_THAT(decision.reason, HasSubstr("gives nothing to user id 1000 (group id 1000)"));
}

TEST(DecideAdmin, RefusalWithoutAdminRulesSaysThatOnlyRootMay) {
  const RuleSet rules{{{.name = "sign", .uids = {1000}, .profiles = {"*"}}}};
  const Decision decision = decide_admin(rules, {.uid = 1000, .gid = 1000}, "Admin.Reload");
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.rule, "");
  EXPECT_THAT(decision.reason, HasSubstr("only root may administer"));
}

TEST(DecideAdmin, RuleForSomeMethodsMakesAnAdminOfThoseAlone) {
  const RuleSet rules{{{.name = "makers",
                        .uids = {3000},
                        .is_admin = true,
                        .methods = {Pattern::parse("Keys.*").value()}}}};
  const Peer maker{.uid = 3000, .gid = 3000};
  EXPECT_TRUE(decide_admin(rules, maker, "Keys.MakeKey").allowed);
  EXPECT_TRUE(decide_admin(rules, maker, "").allowed);
  EXPECT_EQ(decide_admin(rules, maker, "Admin.Reload").reason,
            R"(the nearest rule is "makers": it makes user id 3000 an admin, but not for )"
            R"("Admin.Reload": only for "Keys.*")");
}

// What a rule can ask for beyond user and profile, one at a time.
Rule particular() {
  return {
      .name = "ci",
      .uids = {1000},
      .profiles = {"provenance"},
      .kinds = {Kind::statement},
      .predicate_types = {Pattern::parse("https://slsa.dev/*").value()},
      .names = {Pattern::parse("app-*").value(), Pattern::parse("re:lib[0-9]+").value()},
      .schedule = {.days = 0b0111110, .hours = {{std::chrono::hours(8), std::chrono::hours(18)}}}};
}

constexpr Peer ci() { return {.uid = 1000, .gid = 1000}; }

constexpr WallTime at(int hour) {
  using namespace std::chrono;
  return sys_days(year(2026) / 1 / 5) + hours(hour);  // a Monday
}

struct ConditionCase {
  const char* name;
  Kind kind;
  const char* predicate_type;
  std::vector<std::string> names;
  WallTime time;
  const char* missing;  // empty: it is allowed
};

void PrintTo(const ConditionCase& entry, std::ostream* out) { *out << entry.name; }

class Conditions : public testing::TestWithParam<ConditionCase> {};

TEST_P(Conditions, AreAskedForAsTheTableSays) {
  const ConditionCase& entry = GetParam();
  const Decision decision =
      decide({{particular()}}, ci(),
             {"provenance", entry.kind, entry.predicate_type, entry.names, entry.time});
  EXPECT_EQ(decision.rule, "ci");
  EXPECT_EQ(decision.reason,
            std::string(entry.missing).empty()
                ? R"(rule "ci" allows profile "provenance" to user id 1000)"
                : R"(the nearest rule is "ci": it allows profile "provenance" to user id 1000, )"
                  "but not " +
                      std::string(entry.missing));
  EXPECT_EQ(decision.allowed, std::string(entry.missing).empty());
}

constexpr const char* slsa = "https://slsa.dev/provenance/v1";

INSTANTIATE_TEST_SUITE_P(
    Table, Conditions,
    testing::Values(
        ConditionCase{"Everything", Kind::statement, slsa, {"app-1", "lib23"}, at(12), ""},
        ConditionCase{"AnotherPredicateType",
                      Kind::statement,
                      "https://spdx.dev/Document",
                      {"app-1"},
                      at(12),
                      R"(statements of predicate type "https://spdx.dev/Document": only )"
                      R"("https://slsa.dev/*")"},
        ConditionCase{"OneForeignName",
                      Kind::statement,
                      slsa,
                      {"app-1", "xlib23"},
                      at(12),
                      R"(a subject named "xlib23": only "app-*", "re:lib[0-9]+")"},
        ConditionCase{"NoName",
                      Kind::statement,
                      slsa,
                      {},
                      at(12),
                      R"(subjects without a name: only "app-*", "re:lib[0-9]+")"},
        ConditionCase{"TooLate",
                      Kind::statement,
                      slsa,
                      {"app-1"},
                      at(18),
                      "at mon 18:00 UTC: only on mon, tue, wed, thu, fri, from 08:00 to 18:00 UTC"},
        ConditionCase{"RawDigest", Kind::digest, "", {"app-1"}, at(12), "raw digests"},
        ConditionCase{"SeveralAtOnce",
                      Kind::digest,
                      "",
                      {},
                      at(3),
                      "raw digests; and not at mon 03:00 UTC: only on mon, tue, wed, thu, fri, "
                      "from 08:00 to 18:00 UTC"}),
    [](const auto& entry) { return entry.param.name; });

TEST(ConditionEdges, RuleOnContentAllowsNoRawDigestEvenWithoutKinds) {
  Rule rule = particular();
  rule.kinds.clear();
  EXPECT_FALSE(decide({{rule}}, ci(), {.profile = "provenance"}).allowed);
  rule.predicate_types.clear();
  EXPECT_FALSE(decide({{rule}}, ci(), {.profile = "provenance"}).allowed);
  rule.names.clear();
  EXPECT_TRUE(decide({{rule}}, ci(), {.profile = "provenance"}).allowed);
}

TEST(ConditionEdges, WithoutATimeAnyTimeWillDo) {
  EXPECT_TRUE(decide({{particular()}}, ci(),
                     {"provenance", Kind::statement, slsa, std::vector<std::string>{"app-1"}, {}})
                  .allowed);
}

TEST(ConditionEdges, ReadingAsksForNoConditions) {
  EXPECT_TRUE(decide_profile({{particular()}}, ci(), "provenance").allowed);
}

TEST(ConditionEdges, TheNearestRuleLacksLeast) {
  Rule far = particular();
  far.name = "far";
  far.uids = {4};
  Rule near = particular();
  near.name = "near";
  near.names.clear();
  const std::vector<std::string> names = {"other"};
  const Decision decision = decide({{far, particular(), near}}, ci(),
                                   {"provenance", Kind::statement, slsa, names, at(19)});
  EXPECT_EQ(decision.rule, "near");
}

TEST(ConditionEdges, TheFirstRuleThatFitsGivesItsRates) {
  RuleSet rules{{{.name = "slow", .uids = {1000}, .profiles = {"*"}, .rate = Rate{1}},
                 {.name = "fast", .uids = {1000}, .profiles = {"*"}, .user_rate = Rate{9}}}};
  EXPECT_EQ(decide(rules, ci(), {.profile = "x"}).rate, Rate{1});
  EXPECT_EQ(decide(rules, ci(), {.profile = "x"}).user_rate, std::nullopt);
}

RuleSet of_unit(const char* pattern) {
  return {{{.name = "builds",
            .uids = {1000},
            .units = {Pattern::parse(pattern).value()},
            .profiles = {"release"}}}};
}

TEST(Units, RuleOnAUnitAllowsItsProcessesAlone) {
  Peer peer = ci();
  peer.is_pid_certain = true;
  peer.unit = "build@3.service";
  EXPECT_EQ(decide_profile(of_unit("build@*.service"), peer, "release").reason,
            R"(rule "builds" allows profile "release" to user id 1000 in unit "build@3.service")");
  peer.unit = "xbuild@3.service";
  EXPECT_EQ(decide_profile(of_unit("build@*.service"), peer, "release").reason,
            R"(the nearest rule is "builds": it allows profile "release", but not to user id 1000 )"
            R"(in unit "xbuild@3.service": only in "build@*.service")");
  peer.unit = "";
  EXPECT_FALSE(decide_profile(of_unit("*"), peer, "release").allowed);
  EXPECT_EQ(decide_profile(of_unit("build@*.service"), peer, "release").reason,
            R"(the nearest rule is "builds": it allows profile "release", but not to user id 1000 )"
            R"(in no system unit: only in "build@*.service")");
}

TEST(Units, AnotherUserInTheUnitMayNot) {
  const Peer peer{.uid = 1, .gid = 1, .unit = "build.service", .is_pid_certain = true};
  EXPECT_FALSE(decide_profile(of_unit("build.service"), peer, "release").allowed);
}

TEST(Units, RuleOnUnitsAloneAllowsWhoeverRunsInThem) {
  RuleSet rules = of_unit("build.service");
  rules.rules[0].uids.clear();
  const Peer peer{.uid = 1, .gid = 1, .unit = "build.service", .is_pid_certain = true};
  EXPECT_TRUE(decide_profile(rules, peer, "release").allowed);
  EXPECT_FALSE(
      decide_profile(rules, {.uid = 1, .gid = 1, .is_pid_certain = true}, "release").allowed);
}

TEST(Units, AUnitCountsOnlyWhereThePidIsCertain) {
  RuleSet rules = of_unit("build.service");
  const Peer peer{.uid = 1000, .gid = 1000, .unit = "build.service"};
  const Decision refused = decide_profile(rules, peer, "release");
  EXPECT_FALSE(refused.allowed);
  EXPECT_THAT(refused.reason, HasSubstr("pid_race_unsafe"));
  rules.pid_race_unsafe = true;
  EXPECT_TRUE(decide_profile(rules, peer, "release").allowed);
}

TEST(SeparateAdmins, WhoeverMayAdministerMayNotSign) {
  RuleSet rules{{{.name = "all", .uids = {0, 7, 8}, .profiles = {"*"}},
                 {.name = "keepers", .uids = {7}, .is_admin = true}}};
  EXPECT_TRUE(decide(rules, {.uid = 7, .gid = 7}, {.profile = "x"}).allowed);
  rules.separate_admins = true;
  EXPECT_EQ(decide(rules, {.uid = 7, .gid = 7}, {.profile = "x"}).reason,
            R"(rule "keepers" makes user id 7 an admin, and with [policy] separate_admins no )"
            "administrator may sign");
  EXPECT_FALSE(decide(rules, {.uid = 0, .gid = 0}, {.profile = "x"}).allowed);
  EXPECT_TRUE(decide(rules, {.uid = 8, .gid = 8}, {.profile = "x"}).allowed);
}

}  // namespace
}  // namespace chancery::policy
