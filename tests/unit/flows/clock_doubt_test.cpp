#include <gtest/gtest.h>

#include "core/base/limits/times.h"
#include "daemon/flows/archive/retention.h"

namespace chancery::daemon {
namespace {

using namespace std::chrono_literals;

constexpr WallTime believed{std::chrono::seconds(1'800'000'000)};
constexpr ClockDoubt::Time start{1h};
constexpr std::chrono::seconds week = std::chrono::days(7);

TEST(ClockDoubt, HoursAndAWeekendAreBelieved) {
  ClockDoubt doubt;
  EXPECT_TRUE(doubt.ends(believed, believed + 1h, week, start));
  EXPECT_TRUE(doubt.ends(believed, believed + week, week, start));
  EXPECT_TRUE(doubt.ends(believed, believed - 10'000h, week, start));
}

TEST(ClockDoubt, LeapIsBelievedAfterADayOfIt) {
  ClockDoubt doubt;
  const WallTime ahead = believed + week + 1h;
  EXPECT_FALSE(doubt.ends(believed, ahead, week, start));
  EXPECT_FALSE(doubt.ends(believed, ahead + 23h, week, start + 23h));
  EXPECT_TRUE(doubt.ends(believed, ahead + 24h, week, start + 24h));
}

TEST(ClockDoubt, ADayBeginsWithEachLeap) {
  ClockDoubt doubt;
  EXPECT_FALSE(doubt.ends(believed, believed + 2 * week, week, start));
  EXPECT_TRUE(doubt.ends(believed, believed + 1h, week, start + 1h));  // it was set right
  EXPECT_FALSE(doubt.ends(believed, believed + 2 * week, week, start + 30h));
}

}  // namespace
}  // namespace chancery::daemon
