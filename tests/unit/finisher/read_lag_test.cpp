#include "daemon/finisher/read_lag.h"

#include <gtest/gtest.h>

#include "core/base/limits/services.h"

namespace chancery::daemon {
namespace {

const Error behind = unavailable("LOG_NOT_YET_PUBLISHED", "");
constexpr ReadLag::Time start{std::chrono::hours(1)};

TEST(ReadLag, LogShrankWhereItLasts) {
  ReadLag lag;
  EXPECT_EQ(lag.judge(behind, start).code, ErrorCode::unavailable);
  const auto almost = start + limits::log_lag_max - std::chrono::seconds(1);
  EXPECT_EQ(lag.judge(behind, almost).reason, "LOG_NOT_YET_PUBLISHED");
  const Error shrank = lag.judge(behind, start + limits::log_lag_max);
  EXPECT_EQ(shrank.code, ErrorCode::corrupt);
  EXPECT_EQ(shrank.reason, "LOG_SHRANK");
}

TEST(ReadLag, FilesThatCaughtUpMayLagAgain) {
  ReadLag lag;
  EXPECT_EQ(lag.judge(behind, start).reason, "LOG_NOT_YET_PUBLISHED");
  lag.end();
  EXPECT_EQ(lag.judge(behind, start + limits::log_lag_max).reason, "LOG_NOT_YET_PUBLISHED");
}

TEST(ReadLag, OtherErrorsAreWhatTheyAre) {
  ReadLag lag;
  const Error unreadable = unavailable("LOG_READ_FAILED", "");
  EXPECT_EQ(lag.judge(unreadable, start).reason, "LOG_READ_FAILED");
  EXPECT_EQ(lag.judge(unreadable, start + 2 * limits::log_lag_max).reason, "LOG_READ_FAILED");
}

}  // namespace
}  // namespace chancery::daemon
