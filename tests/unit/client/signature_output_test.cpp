#include "client/commands/signature_output.h"

#include <gmock/gmock.h>

namespace chancery::client {
namespace {

using ::testing::HasSubstr;
using ::testing::internal::CaptureStderr;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStderr;
using ::testing::internal::GetCapturedStdout;

const Signed app{"app.tar", "sha256:00", "key-1", "app.tar.sigstore.json"};

TEST(SignatureOutput, WhatMayHaveBeenSignedIsFoundByItsKey) {
  CaptureStderr();
  EXPECT_EQ(deliver(Style::people, app, outcome_unknown("DEADLINE_PASSED", "no answer")),
            ExitStatus::could_not_run);
  const std::string said = GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("app.tar: no answer"));
  EXPECT_THAT(said, HasSubstr("It may have been signed: repeated with --idempotency-key key-1"));
}

Signature left_with_one_of_two_logs() {
  Signature signature;
  signature.receipt = "r-7";
  signature.state = v1::STATE_TIMESTAMPED;
  signature.key = "software:a";
  signature.bundle = "{}";
  signature.record_by = 1'800'000'000;
  for (const char* name : {"public", "private"}) signature.logs.emplace_back().set_log(name);
  signature.logs[0].set_has_recorded(true);
  return signature;
}

TEST(SignatureOutput, OfSeveralLogsItIsSaidWhichHaveItAndWhichNotYet) {
  const Signed here{"app.tar", "", "", "-"};
  CaptureStderr();
  CaptureStdout();
  deliver(Style::people, here, left_with_one_of_two_logs());
  GetCapturedStdout();
  EXPECT_THAT(GetCapturedStderr(),
              HasSubstr("software:a, timestamped, in the log public, not yet in the log private; "
                        "all of them are due by 2027-01-15T08:00:00Z"));
  Signature kept = left_with_one_of_two_logs();
  kept.bundle.clear();
  CaptureStderr();
  deliver(Style::people, here, kept);
  EXPECT_THAT(GetCapturedStderr(), HasSubstr("in the log public, not yet in the log private"));
}

TEST(SignatureOutput, AScriptGetsTheLogsToo) {
  Signature kept = left_with_one_of_two_logs();
  kept.bundle.clear();
  CaptureStdout();
  deliver(Style::json, app, kept);
  const Json said = Json::parse(GetCapturedStdout());
  EXPECT_EQ(said["logs"], Json::parse(R"([{"name": "public", "has_recorded": true},
                                          {"name": "private", "has_recorded": false}])"));
}

TEST(SignatureOutput, AScriptGetsThatKeyToo) {
  CaptureStdout();
  deliver(Style::json, app, outcome_unknown("CONNECTION_LOST", "it went"));
  const Json said = Json::parse(GetCapturedStdout());
  EXPECT_EQ(said["idempotency_key"], "key-1");
  EXPECT_EQ(said["subject"], "app.tar");
  EXPECT_EQ(said["error"]["reason"], "CONNECTION_LOST");
}

TEST(SignatureOutput, WhatWasNotSignedHasNoKeyToAskFor) {
  CaptureStdout();
  deliver(Style::json, app, denied("NO_RULE", "no rule"));
  EXPECT_FALSE(Json::parse(GetCapturedStdout()).contains("idempotency_key"));
}

}  // namespace
}  // namespace chancery::client
