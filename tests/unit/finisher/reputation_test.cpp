// What operators hear of a service elsewhere.
#include <gmock/gmock.h>

#include "core/base/limits/services.h"
#include "daemon/finisher/site.h"

namespace chancery::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

const Error key_changed = corrupt("LOG_CHECKPOINT_REFUSED", "signed by a stranger");
const Error foreign = corrupt("LOG_ANSWER_NOT_OURS", "another entry");
const Error away = unavailable("HTTP_NOT_SENT", "nobody is there");

class ReputationTest : public ::testing::Test {
 protected:
  // The lines that `act` has written.
  template <typename Act>
  static std::string told(Act act) {
    ::testing::internal::CaptureStderr();
    act();
    return ::testing::internal::GetCapturedStderr();
  }
  std::string fail(const Error& error) {
    return told([&] { reputation_.fail(error, now_); });
  }
  std::string succeed() {
    return told([&] { reputation_.succeed(); });
  }

  Reputation reputation_{"log public"};
  Reputation::Time now_{};
};

TEST_F(ReputationTest, AlarmIsToldOnceOfEachReasonAndCountedEachTime) {
  EXPECT_THAT(fail(key_changed), HasSubstr("log public: LOG_CHECKPOINT_REFUSED: signed by"));
  for (int client = 1; client < 256; ++client) EXPECT_THAT(fail(key_changed), IsEmpty());
  EXPECT_THAT(fail(foreign), HasSubstr("LOG_ANSWER_NOT_OURS"));
  EXPECT_THAT(fail(key_changed), IsEmpty());
  EXPECT_THAT(reputation_.alarms(),
              ElementsAre(Pair("LOG_ANSWER_NOT_OURS", 1), Pair("LOG_CHECKPOINT_REFUSED", 257)));
}

TEST_F(ReputationTest, AlarmIsToldAgainWhenItWasOverInBetween) {
  fail(key_changed);
  EXPECT_THAT(succeed(), HasSubstr("log public answers again"));
  EXPECT_THAT(fail(key_changed), HasSubstr("LOG_CHECKPOINT_REFUSED"));
}

TEST_F(ReputationTest, AlarmThatStandsIsToldAgainAfterAnHour) {
  fail(key_changed);
  now_ += limits::service_alarm_interval - std::chrono::milliseconds(1);
  EXPECT_THAT(fail(key_changed), IsEmpty());
  now_ += std::chrono::milliseconds(1);
  EXPECT_THAT(fail(key_changed), HasSubstr("LOG_CHECKPOINT_REFUSED"));
  EXPECT_THAT(fail(key_changed), IsEmpty());
}

TEST_F(ReputationTest, AlarmIsNotOverBecauseTheServiceAnswers) {
  fail(key_changed);
  fail(away);
  EXPECT_THAT(told([&] { reputation_.answer(); }), IsEmpty());
  EXPECT_TRUE(reputation_.trouble());
  succeed();
  EXPECT_FALSE(reputation_.trouble());
}

TEST_F(ReputationTest, TroubleThatIsNoAlarmIsToldWhenItBeginsAndIsNotCounted) {
  EXPECT_THAT(fail(away), HasSubstr("HTTP_NOT_SENT"));
  EXPECT_THAT(fail(away), IsEmpty());
  EXPECT_THAT(told([&] { reputation_.answer(); }), HasSubstr("answers again"));
  EXPECT_THAT(reputation_.alarms(), IsEmpty());
}

}  // namespace
}  // namespace chancery::daemon
