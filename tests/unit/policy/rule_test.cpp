#include "core/policy/rule.h"

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
  const Decision decision = decide_admin({}, {.uid = 0, .gid = 0});
  EXPECT_TRUE(decision.allowed);
  EXPECT_EQ(decision.rule, "");
}

TEST(DecideAdmin, RootGroupIsNotRoot) {
  EXPECT_FALSE(decide_admin({}, {.uid = 1000, .gid = 0}).allowed);
}

TEST(DecideAdmin, UserAndGroupOfAnAdminRuleAreAdmins) {
  EXPECT_EQ(decide_admin(two_teams(), {.uid = 3000, .gid = 3000}).rule, "keepers");
  EXPECT_TRUE(decide_admin(two_teams(), {.uid = 1, .gid = 1, .groups = {70}}).allowed);
}

TEST(DecideAdmin, RuleForProfilesMakesNoAdmin) {
  const Decision decision = decide_admin(two_teams(), {.uid = 1000, .gid = 1000});
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.rule, "keepers");
  EXPECT_THAT(decision.reason, HasSubstr("but not user id 1000 (group id 1000)"));
}

TEST(DecideAdmin, RefusalWithoutAdminRulesSaysThatOnlyRootMay) {
  const RuleSet rules{{{.name = "sign", .uids = {1000}, .profiles = {"*"}}}};
  const Decision decision = decide_admin(rules, {.uid = 1000, .gid = 1000});
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.rule, "");
  EXPECT_THAT(decision.reason, HasSubstr("only root may administer"));
}

}  // namespace
}  // namespace chancery::policy
