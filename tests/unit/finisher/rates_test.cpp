#include "daemon/finisher/rates.h"

#include <gtest/gtest.h>

namespace chancery::daemon {
namespace {

using namespace std::chrono_literals;

constexpr Rates::Time start = Rates::Time(1h);

struct RatesTest : ::testing::Test {
  RatesTest() {
    rates.add("log:slow", 2);
    rates.add("timestamp:slower", 1);
  }
  Rates rates;
};

TEST_F(RatesTest, WhatIsUsedUpIsThereAgainAfterItsTime) {
  EXPECT_TRUE(rates.take({"log:slow"}, start).ok());
  EXPECT_TRUE(rates.take({"log:slow"}, start).ok());
  const Error error = rates.take({"log:slow"}, start).error();
  EXPECT_EQ(error.code, ErrorCode::exhausted);
  EXPECT_EQ(error.reason, "REMOTE_RATE_LIMITED");
  EXPECT_EQ(error.retry_after, 500ms);
  EXPECT_EQ(rates.look({"log:slow"}, start).error().reason, "REMOTE_RATE_LIMITED");
  EXPECT_TRUE(rates.take({"log:slow"}, start + 500ms).ok());
}

TEST_F(RatesTest, ServiceWithoutARateIsNeverUsedUp) {
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(rates.take({"log:fast"}, start).ok());
}

TEST_F(RatesTest, WhereOneServiceHasNoneTheOthersLoseNone) {
  EXPECT_TRUE(rates.take({"timestamp:slower"}, start).ok());
  EXPECT_FALSE(rates.take({"log:slow", "timestamp:slower"}, start).ok());
  EXPECT_TRUE(rates.take({"log:slow"}, start).ok());
  EXPECT_TRUE(rates.take({"log:slow"}, start).ok());
}

TEST_F(RatesTest, WhatIsGivenBackIsThereAtOnce) {
  EXPECT_TRUE(rates.take({"timestamp:slower", "log:fast"}, start).ok());
  rates.give_back({"timestamp:slower", "log:fast"});
  EXPECT_TRUE(rates.take({"timestamp:slower"}, start).ok());
}

}  // namespace
}  // namespace chancery::daemon
