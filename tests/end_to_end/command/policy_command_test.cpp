// `chancery explain`, `policy test` and --dry-run, as people use them.
#include <gmock/gmock.h>

#include "core/base/json.h"
#include "tests/end_to_end/chancery_run.h"
#include "tests/end_to_end/configured_daemon.h"

namespace chancery::testing {
namespace {

using ::testing::HasSubstr;

std::string us() { return std::to_string(::getuid()); }

// We may sign digests, and statements about apps by SLSA; "nobody" nothing.
std::string rules() {
  return we_may().replace(we_may().find("\"*\""), 3, "\"default\"") + "user_rate = \"1/day\"\n" +
         "[[profile]]\nname = \"provenance\"\nbackend = \"software\"\nkey = \"provenance\"\n"
         "signs = \"statements\"\n[[rule]]\nname = \"ci\"\nusers = [" +
         us() +
         "]\nprofiles = [\"provenance\"]\npredicate_types = [\"https://slsa.dev/*\"]\n"
         "artifacts = [\"app*\"]\n";
}

class PolicyCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    write_text(work_ / "app", "an artefact");
    write_text(work_ / "other", "an artefact");
    write_text(work_ / "predicate.json", "{}");
  }
  ProgramOutcome chancery(std::vector<std::string> arguments) const {
    return run(chancery_command(std::move(arguments), work_.path(), daemon_.socket()));
  }
  std::uint64_t accepted() {
    return daemon_.call<v1::StatusReply>("chancery.v1.Admin", "Status", v1::StatusRequest())
        ->accepted();
  }

  ConfiguredDaemon daemon_{rules(), ", \"provenance=ecdsa-p256-sha256\""};
  TemporaryDirectory work_;
};

TEST_F(PolicyCommand, ADryRunSaysByWhichRuleAndSignsNothing) {
  const ProgramOutcome said = chancery({"sign", "--dry-run", "app", "other"});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(said.out,
            "app: allowed, with software:default: rule \"we\" allows profile \"default\" to user "
            "id " +
                us() +
                "\nother: allowed, with software:default: rule \"we\" allows profile "
                "\"default\" to user id " +
                us() + "\n");
  EXPECT_EQ(accepted(), 0U);
  EXPECT_FALSE(std::filesystem::exists(work_ / "app.sigstore.json"));
  // It took no token of the only one there is.
  EXPECT_EQ(chancery({"sign", "app"}).status, 0);
  const ProgramOutcome late = chancery({"sign", "--dry-run", "app"});
  EXPECT_EQ(late.status, 3);
  EXPECT_THAT(late.out, HasSubstr("refused: RATE_LIMITED: rule \"we\" allows 1/day to each user"));
}

TEST_F(PolicyCommand, ADryRunOfAStatementJudgesTypeAndNames) {
  const auto attest = [&](const std::string& type, const std::string& file) {
    return chancery({"attest", "--dry-run", "--profile", "provenance", "--type", type,
                     "--predicate", "predicate.json", file});
  };
  const ProgramOutcome good = attest("slsaprovenance1", "app");
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("app: allowed, with software:provenance: rule \"ci\""));
  const ProgramOutcome type = attest("spdxjson", "app");
  EXPECT_EQ(type.status, 1);
  EXPECT_THAT(type.out, HasSubstr("refused: NO_RULE: the nearest rule is \"ci\""));
  EXPECT_THAT(type.out, HasSubstr("only \"https://slsa.dev/*\""));
  EXPECT_THAT(attest("slsaprovenance1", "other").out,
              HasSubstr("a subject named \"other\": only \"app*\""));
  EXPECT_EQ(accepted(), 0U);
}

// The daemon itself refuses, so that whoever looks for attempts finds them.
TEST_F(PolicyCommand, WhatIsRefusedIsOnRecord) {
  EXPECT_EQ(chancery({"sign", "--profile", "provenance", "app"}).status, 1);
  daemon_.write(nobody_may);
  ASSERT_EQ(chancery({"reload"}).status, 0);
  const ProgramOutcome refused = chancery({"sign", "app"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("NO_RULE"));
  const ProgramOutcome audit = chancery({"audit", "--json"});
  EXPECT_THAT(audit.out, HasSubstr("but not raw digests"));
  EXPECT_THAT(audit.out, HasSubstr("\"rule\":\"nobody-may\""));
}

TEST_F(PolicyCommand, AReloadWithManyMistakesSaysEachInALineAndThatTheOldOneStays) {
  daemon_.write(
      "[[rule]]\nname = \"broken\"\nusres = [0]\n[[rule]]\nname = \"worse\"\ngruops = [0]\n");
  const ProgramOutcome refused = chancery({"reload"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, ::testing::ContainsRegex("\n/[^\n]*:[0-9]+: [^\n]*usres[^\n]*\n"));
  EXPECT_THAT(refused.err, ::testing::ContainsRegex("\n/[^\n]*:[0-9]+: [^\n]*gruops[^\n]*\n"));
  EXPECT_THAT(refused.err, ::testing::EndsWith("stays in force until then.\n"));
}

TEST_F(PolicyCommand, ExplainSaysItForSomebodyElse) {
  const ProgramOutcome nobody = chancery({"explain", "--as", "nobody", "app"});
  EXPECT_EQ(nobody.status, 1) << nobody.err;
  EXPECT_THAT(nobody.out, HasSubstr("app: refused: NO_RULE: the nearest rule is \"we\""));
  const ProgramOutcome by_number = chancery({"explain", "--as", us() + ",unit=build.service"});
  EXPECT_EQ(by_number.status, 0) << by_number.err;
  const ProgramOutcome unknown = chancery({"explain", "--as", "nobody-of-that-name"});
  EXPECT_EQ(unknown.status, 1);
  EXPECT_THAT(unknown.err, HasSubstr("USER_UNKNOWN"));
  EXPECT_EQ(chancery({"explain", "--as", "root,group=x"}).status, 2);
}

TEST_F(PolicyCommand, ExplainAnswersInJson) {
  const ProgramOutcome said = chancery({"explain", "--json", "--profile", "provenance", "app"});
  EXPECT_EQ(said.status, 1);
  const Json answer = Json::parse(said.out);
  EXPECT_EQ(answer["allowed"], false);
  EXPECT_EQ(answer["reason"], "NO_RULE");
  EXPECT_EQ(answer["rule"], "ci");
  EXPECT_THAT(answer["explanation"].get<std::string>(), HasSubstr("but not raw digests"));
}

TEST_F(PolicyCommand, RulesAreTriedOutBeforeTheyCount) {
  const std::string rule =
      "[[rule]]\nname = \"night\"\nusers = [7]\nprofiles = [\"default\"]\nhours = "
      "[\"22:00-06:00\"]\n";
  const std::string test =
      "[[test]]\nname = \"by night\"\nuser = 7\nprofile = \"default\"\n"
      "at = \"2026-01-05T23:00:00Z\"\nexpect = \"allow\"\n"
      "[[test]]\nname = \"by day\"\nuser = 7\nprofile = \"default\"\n"
      "at = \"2026-01-05T12:00:00Z\"\nexpect = ";
  write_text(work_ / "good.toml", rule + test + "\"deny\"\n");
  write_text(work_ / "failing.toml", rule + test + "\"allow\"\n");
  write_text(work_ / "broken.toml", "[[rule]]\nname = \"x\"\nuserz = [1]\n");

  const ProgramOutcome good = chancery({"policy", "test", "good.toml"});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("passed by night: allowed: rule \"night\""));
  EXPECT_THAT(good.out, HasSubstr("2 tests, all pass\n"));
  const ProgramOutcome failing = chancery({"policy", "test", "failing.toml"});
  EXPECT_EQ(failing.status, 1);
  EXPECT_THAT(failing.out, HasSubstr("FAILED by day: expected allow; but denied: the nearest rule "
                                     "is \"night\""));
  const ProgramOutcome broken = chancery({"policy", "test", "broken.toml"});
  EXPECT_EQ(broken.status, 1);
  EXPECT_THAT(broken.out, HasSubstr("broken.toml:3: [[rule]] \"x\": unknown key \"userz\""));
  // Nothing of it counts.
  EXPECT_EQ(chancery({"explain", "app"}).status, 0);
}

TEST_F(PolicyCommand, WithoutAFileTheConfigurationOnDiskIsTested) {
  EXPECT_EQ(chancery({"policy", "test"}).out, "there is no [[test]]\n");
  daemon_.write(rules() +
                "[[test]]\nname = \"nobody else\"\nuser = 65533\nprofile = "
                "\"default\"\nexpect = \"allow\"\n");
  const ProgramOutcome failing = chancery({"policy", "test"});
  EXPECT_EQ(failing.status, 1);
  EXPECT_THAT(failing.err, HasSubstr("[[test]] \"nobody else\": expected allow; but denied"));
}

}  // namespace
}  // namespace chancery::testing
