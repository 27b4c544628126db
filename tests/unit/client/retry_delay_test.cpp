#include "client/requests/retry_delay.h"

#include <gtest/gtest.h>

#include "core/base/limits/command.h"

namespace chancery::client {
namespace {

using namespace std::chrono_literals;

const Error full = exhausted("FULL", "later");

TEST(RetryDelay, DoublesUpToItsLimitAndIsLessByChance) {
  struct Case {
    unsigned troubles;
    double chance;
    std::chrono::milliseconds delay;
  };
  for (const Case& row : {Case{0, 0, 50ms}, Case{0, 1, 25ms}, Case{1, 0, 100ms},
                          Case{2, 0.5, 150ms}, Case{5, 0, 1600ms}, Case{6, 0, 2000ms},
                          Case{6, 1, 1000ms}, Case{4'000'000'000, 0, 2000ms}}) {
    EXPECT_EQ(retry_delay(full, row.troubles, row.chance), row.delay)
        << row.troubles << " " << row.chance;
  }
  EXPECT_EQ(retry_delay(full, 100, 0), limits::client_retry_delay_max);
}

TEST(RetryDelay, ComesAfterTheTimeThatTheDaemonNames) {
  EXPECT_EQ(retry_delay(with_retry_after(full, 7s), 0, 0), 7050ms);
  EXPECT_EQ(retry_delay(with_retry_after(full, 7s), 6, 1), 8000ms);
  EXPECT_EQ(retry_delay(with_retry_after(full, 0ms), 0, 0), 50ms);
}

TEST(RetryDelay, LeavesALastTryWhereTheTimeThatIsLeftIsShorter) {
  const Error second = with_retry_after(full, 1s);
  EXPECT_EQ(retry_delay_within(2s, second, 0, 0), 1050ms);
  EXPECT_EQ(retry_delay_within(950ms, second, 1, 0), 750ms);
  EXPECT_EQ(retry_delay_within(200ms, second, 2, 0), std::nullopt);
  EXPECT_EQ(retry_delay_within(1s, full, 6, 0), 800ms);
}

TEST(RetryDelay, IsNoneWhereTheTimeThatTheDaemonNamesIsFarBeyond) {
  EXPECT_EQ(retry_delay_within(60s, with_retry_after(full, 62s), 0, 0), 59800ms);
  EXPECT_EQ(retry_delay_within(60s, with_retry_after(full, 62001ms), 0, 0), std::nullopt);
}

}  // namespace
}  // namespace chancery::client
