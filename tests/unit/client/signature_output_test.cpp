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
