// The whole daemon while its clock is set back.

#include "tests/end_to_end/running_daemon.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

TEST(DaemonClock, AClockThatJumpsBackCostsNothing) {
  const TemporaryDirectory directory;
  RunningDaemon daemon;
  ASSERT_EQ(daemon.process().stop(), 0);
  DaemonOptions options = daemon.options();
  options.program = CHANCERY_STAGED_DAEMON;
  options.environment = {{"CHANCERY_CLOCK", directory / "clock"}};
  const auto set_clock = [&](const char* seconds) { write_text(directory / "clock", seconds); };

  daemon.start(options);
  const auto first = daemon.sign(sign_request("first", "hello"));
  ASSERT_TRUE(first.ok()) << first.error().message;
  set_clock("-100000000");  // three years
  const auto second = daemon.sign(sign_request("second", "hello"));
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_LT(second->expires_at(), first->expires_at());
  EXPECT_EQ(daemon.sign(sign_request("first", "hello"))->SerializeAsString(),
            first->SerializeAsString());
  ASSERT_EQ(daemon.process().stop(), 0) << daemon.standard_error();

  daemon.start(options);  // still in the past
  const auto third = daemon.sign(sign_request("third", "hello"));
  ASSERT_TRUE(third.ok()) << third.error().message;
  EXPECT_EQ(third->log_index(), 2U);
  for (const v1::SignReply& known : {*first, *second}) {
    v1::GetSignatureRequest get;
    get.set_receipt(known.receipt());
    const auto found = daemon.call<v1::SignReply>(signer, "GetSignature", get);
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_EQ(found->bundle(), known.bundle());
  }
  set_clock("0");
  EXPECT_EQ(daemon.sign(sign_request("fourth", "hello"))->log_index(), 3U);
}

TEST(DaemonClock, AClockFarAheadForgetsNothingAndIsAnAlarmUntilItIsSet) {
  const TemporaryDirectory directory;
  RunningDaemon daemon;
  const auto first = daemon.sign(sign_request("first", "hello"));
  ASSERT_TRUE(first.ok()) << first.error().message;
  ASSERT_EQ(daemon.process().stop(), 0);
  DaemonOptions options = daemon.options();
  options.program = CHANCERY_STAGED_DAEMON;
  options.environment = {{"CHANCERY_CLOCK", directory / "clock"}};
  write_text(directory / "clock", "100000000");  // three years
  v1::GetSignatureRequest get;
  get.set_receipt(first->receipt());
  const auto alarms = [&daemon] {
    return daemon.call<v1::StatusReply>("chancery.v1.Admin", "Status", v1::StatusRequest())
        ->alarms();
  };
  for (int restart = 0; restart < 2; ++restart) {  // the second finds the first one's records
    daemon.start(options);
    while (alarms().empty()) pause_briefly();
    const v1::Alarm alarm = alarms()[0];
    EXPECT_EQ(alarm.name(), "clock");
    EXPECT_EQ(alarm.reason(), "CLOCK_AHEAD");
    // The newest row stays whatever its age: the first one is not it any more.
    ASSERT_TRUE(daemon.sign(sign_request("later-" + std::to_string(restart), "hello")).ok());
    ASSERT_EQ(daemon.process().stop(), 0);
  }
  write_text(directory / "clock", "0");
  daemon.start(options);
  const auto found = daemon.call<v1::SignReply>(signer, "GetSignature", get);
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->bundle(), first->bundle());
  EXPECT_TRUE(alarms().empty());
}

}  // namespace
}  // namespace chancery::testing
