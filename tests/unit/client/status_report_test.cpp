#include "client/admin/status_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/terminal/report.h"
#include "client/terminal/table.h"

namespace chancery::client {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::chrono::sys_seconds now{seconds(1'800'000'000)};

v1::StatusReply healthy() {
  v1::StatusReply status;
  status.set_version("0.1.0");
  status.set_started_at(now.time_since_epoch().count() - 90);
  status.set_configuration("embedded default");
  status.set_log_origin("log.example.test");
  status.set_log_size(42);
  status.set_published_size(42);
  v1::BackendStatus& backend = *status.add_backends();
  backend.set_name("software");
  backend.set_type("software");
  backend.set_is_up(true);
  backend.set_memory_locked(true);
  return status;
}

TEST(StatusReport, AHealthyDaemonHasNoTroubles) {
  EXPECT_THAT(troubles_of(healthy()), IsEmpty());
  const auto lines = describe(healthy(), now);
  EXPECT_THAT(lines, Contains(HasSubstr("0.1.0, up 1 min 30 s")));
  EXPECT_THAT(lines, Contains(HasSubstr("log.example.test, 42 entries")));
  EXPECT_THAT(lines, ::testing::Not(Contains(HasSubstr("TROUBLE"))));
}

TEST(StatusReport, ABackendThatIsDownIsTroubleWithItsCause) {
  auto status = healthy();
  status.mutable_backends(0)->set_is_up(false);
  status.mutable_backends(0)->set_trouble("wrong passphrase");
  EXPECT_THAT(troubles_of(status), ElementsAre("backend software is down: wrong passphrase"));
}

TEST(StatusReport, AnAlarmIsTroubleWithSinceWhenWhatAndWhatToDo) {
  auto status = healthy();
  v1::Alarm& alarm = *status.add_alarms();
  alarm.set_name("log-files");
  alarm.set_since(now.time_since_epoch().count());
  alarm.set_reason("FILE_WRITE_FAILED");
  alarm.set_what("write tile/0/000: Permission denied");
  alarm.set_remedy("Mend it.");
  EXPECT_THAT(troubles_of(status),
              ElementsAre("alarm log-files since 2027-01-15T08:00:00Z: write tile/0/000: "
                          "Permission denied. Mend it."));
  const Json json = json_of(status);
  EXPECT_EQ(json["alarms"][0]["reason"], "FILE_WRITE_FAILED");
  EXPECT_EQ(json["troubles"].size(), 1U);
}

TEST(StatusReport, AnUnfinishedRequestSaysWhyItWaits) {
  auto status = healthy();
  v1::UnfinishedRequest& request = *status.add_unfinished();
  request.set_receipt("r-7");
  EXPECT_THAT(describe(status, now), ::testing::Not(Contains(HasSubstr("waits"))));
  request.set_trouble_reason("TILE_DAMAGED");
  request.set_trouble("tile/0/000: is not as it was signed");
  EXPECT_THAT(describe(status, now),
              Contains("r-7 waits: TILE_DAMAGED: tile/0/000: is not as it was signed"));
  EXPECT_EQ(json_of(status)["unfinished"][0]["trouble_reason"], "TILE_DAMAGED");
}

v1::ListProfilesReply stopped_release() {
  v1::ListProfilesReply profiles;
  v1::Profile& profile = *profiles.add_profiles();
  profile.set_name("release");
  profile.set_key("software:release");
  profile.set_unavailable("an administrator has stopped it");
  return profiles;
}

TEST(StatusReport, AProfileWhoseLastKeyIsStoppedIsTrouble) {
  EXPECT_THAT(profile_troubles(healthy(), stopped_release()),
              ElementsAre("profile release signs nothing: an administrator has stopped it"));
}

TEST(StatusReport, ABackendThatIsDownIsNotToldForEachOfItsProfiles) {
  auto status = healthy();
  status.mutable_backends(0)->set_is_up(false);
  EXPECT_THAT(profile_troubles(status, stopped_release()), IsEmpty());
}

TEST(StatusReport, ADeviceThatRefusesIsTroubleThoughItsHostIsUp) {
  auto status = healthy();
  status.mutable_backends(0)->set_trouble("no token fits");
  EXPECT_THAT(troubles_of(status), ElementsAre("backend software refuses to sign: no token fits"));
  EXPECT_THAT(describe(status, now), Contains(::testing::ContainsRegex("software .*refuses")));
}

TEST(StatusReport, AKeyThatCannotBeUsedIsTroubleWhereSomebodyUsesIt) {
  auto status = healthy();
  v1::UnusableKey& key = *status.mutable_backends(0)->add_unusable_keys();
  key.set_name("bad");
  key.set_trouble("bad.pem is damaged");
  EXPECT_THAT(troubles_of(status), IsEmpty());
  EXPECT_THAT(describe(status, now), Contains(HasSubstr("up, 1 key unusable")));
  key.set_is_in_use(true);
  EXPECT_THAT(troubles_of(status),
              ElementsAre("key software:bad cannot be used: bad.pem is damaged"));
}

TEST(StatusReport, UnlockedMemoryAFailedReloadAndAnEndedLogAreTroubles) {
  auto status = healthy();
  status.mutable_backends(0)->set_memory_locked(false);
  status.set_configuration_error("line 3: unknown key");
  status.set_log_handed_over(true);
  EXPECT_THAT(troubles_of(status), ElementsAre(HasSubstr("line 3: unknown key"),
                                               HasSubstr("handed over"), HasSubstr("swap")));
}

TEST(StatusReport, OfManyMistakesTheFirstIsToldAndHowManyMoreThereAre) {
  auto status = healthy();
  status.set_configuration_error("/c.toml:3: one\n/c.toml:4: two\n/c.toml:9: three");
  EXPECT_THAT(troubles_of(status),
              ElementsAre("the last reload failed, the old configuration is in force: "
                          "/c.toml:3: one (and 2 more: `chancery reload` says all)"));
}

TEST(StatusReport, WhatIsUnfinishedIsListedWithItsAge) {
  auto status = healthy();
  v1::UnfinishedRequest& request = *status.add_unfinished();
  request.set_receipt("r-9");
  request.set_state("signed");
  request.set_accepted_at(now.time_since_epoch().count() - 7500);
  EXPECT_THAT(describe(status, now),
              Contains(::testing::AllOf(HasSubstr("r-9"), HasSubstr("2 h 5 min"))));
}

TEST(StatusReport, FilesThatLagBehindAreMentioned) {
  auto status = healthy();
  status.set_published_size(40);
  EXPECT_THAT(describe(status, now), Contains(HasSubstr("40 of them in files")));
}

TEST(StatusReport, WhatLeftUnrecordedIsCountedAndATroubleOnlyWhereItIsOverdue) {
  auto status = healthy();
  status.set_unrecorded(7);
  for (const char* log : {"private", "public"}) {
    v1::AwaitedLog& awaited = *status.add_awaited();
    awaited.set_log(log);
    awaited.set_signatures(4);
  }
  EXPECT_THAT(describe(status, now),
              Contains(HasSubstr("7 left before their logs had them (private 4, public 4)")));
  EXPECT_THAT(troubles_of(status), IsEmpty());
  status.set_overdue(2);
  EXPECT_THAT(troubles_of(status), ElementsAre(HasSubstr("overdue: 2 of the signatures")));
}

TEST(StatusReport, ALogThatTakesNothingIsATrouble) {
  auto status = healthy();
  status.set_log_trouble("the log cannot sign");
  EXPECT_THAT(describe(status, now), Contains(HasSubstr("TROUBLE: the log takes no new work")));
}

TEST(DurationText, NamesTwoUnitsAtMost) {
  EXPECT_EQ(duration_text(seconds(-5)), "0 s");
  EXPECT_EQ(duration_text(seconds(59)), "59 s");
  EXPECT_EQ(duration_text(seconds(60)), "1 min 0 s");
  EXPECT_EQ(duration_text(seconds(3600)), "1 h 0 min");
  EXPECT_EQ(duration_text(seconds(86400)), "24 h 0 min");
  EXPECT_EQ(duration_text(seconds(3 * 86400 + 5)), "3 days");
}

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_THAT(table({{"A", "B"}, {"long", "x"}, {"é", "y"}}),
              ElementsAre("A     B", "long  x", "é     y"));
}

TEST(Table, ControlCharactersDoNotReachTheTerminal) {
  EXPECT_THAT(table({{"a\x1b[2Jb\n"}}), ElementsAre("a?[2Jb?"));
}

}  // namespace
}  // namespace chancery::client
