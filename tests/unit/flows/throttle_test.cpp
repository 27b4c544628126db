#include "daemon/flows/throttle.h"

#include <gtest/gtest.h>

namespace chancery::daemon {
namespace {

using namespace std::chrono_literals;

constexpr Throttle::Time start = Throttle::Time(1h);

policy::Decision by_rule(std::optional<policy::Rate> rate,
                         std::optional<policy::Rate> user_rate = std::nullopt) {
  return {true, "ci", "", rate, user_rate};
}

TEST(Throttle, WithoutRatesNobodyWaits) {
  Throttle throttle;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(throttle.take(by_rule({}), 1, start).ok());
}

TEST(Throttle, ARuleRateIsOfAllItsUsersTogether) {
  Throttle throttle;
  const policy::Decision decision = by_rule(policy::Rate{2, 60s});
  EXPECT_TRUE(throttle.take(decision, 1, start).ok());
  EXPECT_TRUE(throttle.take(decision, 2, start).ok());
  const Error error = throttle.take(decision, 3, start).error();
  EXPECT_EQ(error.code, ErrorCode::exhausted);
  EXPECT_EQ(error.reason, "RATE_LIMITED");
  EXPECT_EQ(error.message, "rule \"ci\" allows 2/minute, and that is used up: come again in 30 s");
  EXPECT_EQ(error.retry_after, 30s);
  EXPECT_TRUE(throttle.take(decision, 3, start + 30s).ok());
}

TEST(Throttle, AUsersRateIsOfEachUser) {
  Throttle throttle;
  const policy::Decision decision = by_rule({}, policy::Rate{1, 60s});
  EXPECT_TRUE(throttle.take(decision, 1, start).ok());
  EXPECT_TRUE(throttle.take(decision, 2, start).ok());
  EXPECT_EQ(throttle.take(decision, 1, start).error().message,
            "rule \"ci\" allows 1/minute to each user, and that is used up: come again in 60 s");
}

TEST(Throttle, WhoIsRefusedByOneBucketTakesNothingFromTheOther) {
  Throttle throttle;
  const policy::Decision decision = by_rule(policy::Rate{2, 60s}, policy::Rate{1, 60s});
  EXPECT_TRUE(throttle.take(decision, 1, start).ok());
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(throttle.take(decision, 1, start).ok());
  EXPECT_TRUE(throttle.take(decision, 2, start).ok());
}

TEST(Throttle, WhatIsGivenBackIsThereAgainInBothBuckets) {
  Throttle throttle;
  const policy::Decision decision = by_rule(policy::Rate{1, 60s}, policy::Rate{1, 60s});
  throttle.give_back(decision, 1);  // nothing was taken yet
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(throttle.take(decision, 1, start).ok());
    throttle.give_back(decision, 1);
  }
  EXPECT_TRUE(throttle.take(decision, 1, start).ok());
  EXPECT_FALSE(throttle.take(decision, 1, start).ok());
  EXPECT_FALSE(throttle.take(decision, 2, start).ok());
}

TEST(Throttle, LookingTakesNothing) {
  Throttle throttle;
  const policy::Decision decision = by_rule(policy::Rate{1, 60s});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(throttle.look(decision, 1, start).ok());
  EXPECT_TRUE(throttle.take(decision, 1, start).ok());
  EXPECT_FALSE(throttle.look(decision, 1, start).ok());
}

TEST(Throttle, AnotherRuleHasBucketsOfItsOwn) {
  Throttle throttle;
  policy::Decision decision = by_rule(policy::Rate{1, 60s});
  EXPECT_TRUE(throttle.take(decision, 1, start).ok());
  decision.rule = "night";
  EXPECT_TRUE(throttle.take(decision, 1, start).ok());
}

TEST(Turn, WhatIsAnsweredWithWhatWasSignedBeforeTakesNothing) {
  Throttle throttle;
  const policy::Decision decision = by_rule(policy::Rate{1, 60s});
  for (int i = 0; i < 5; ++i) {
    Turn turn(throttle);
    EXPECT_TRUE(turn.take(decision, 1, start).ok());
    turn.give_back();
  }
}

TEST(Turn, IsGivenBackWhereThereWasNoRoomAndPaidForWhereTheJournalIsDamaged) {
  Throttle throttle;
  const policy::Decision decision = by_rule(policy::Rate{1, 60s});
  for (const Error& passing :
       {unavailable("JOURNAL_DISK_FULL", ""), exhausted("JOURNAL_QUEUE_FULL", "")}) {
    Turn turn(throttle);
    EXPECT_TRUE(turn.take(decision, 1, start).ok()) << passing.reason;
    turn.give_back_after(passing);
  }
  Turn turn(throttle), next(throttle);
  EXPECT_TRUE(turn.take(decision, 1, start).ok());
  turn.give_back_after(corrupt("JOURNAL_DAMAGED", ""));
  ASSERT_FALSE(next.take(decision, 1, start).ok());
}

// Or whoever is refused for its rate would have the token of another.
TEST(Turn, IsGivenBackOnceAndOnlyIfItWasTaken) {
  Throttle throttle;
  const policy::Decision decision = by_rule(policy::Rate{1, 60s});
  Turn turn(throttle), other(throttle), third(throttle);
  EXPECT_TRUE(turn.take(decision, 1, start).ok());
  const Result<void> refused = other.take(decision, 1, start);
  ASSERT_FALSE(refused.ok());
  other.give_back_after(refused.error());
  EXPECT_FALSE(third.take(decision, 1, start).ok());
  turn.give_back();
  EXPECT_TRUE(third.take(decision, 1, start).ok());
  turn.give_back();
  EXPECT_FALSE(other.take(decision, 1, start).ok());
}

}  // namespace
}  // namespace chancery::daemon
