#include "core/policy/schedule.h"

#include <gtest/gtest.h>

#include <ostream>

namespace chancery::policy {
namespace {

using namespace std::chrono;

// 5 January 2026 was a Monday.
WallTime january(unsigned of_month, int hour, int minute = 0) {
  return sys_days(year(2026) / 1 / day(of_month)) + hours(hour) + minutes(minute);
}

Schedule schedule(std::initializer_list<const char*> names, std::vector<const char*> windows) {
  Schedule made{.days = {}, .hours = {}};
  for (const char* name : names) made.days.set(parse_day(name).value());
  for (const char* window : windows) made.hours.push_back(parse_hours(window).value());
  return made;
}

TEST(Schedule, HoldsAlwaysUnlessItSaysOtherwise) {
  EXPECT_TRUE(Schedule().contains(january(10, 3)));
}

TEST(Schedule, HoursBeginWithTheirFirstMinuteAndEndBeforeTheirLast) {
  const Schedule office = schedule({"mon", "fri"}, {"08:00-18:00"});
  EXPECT_FALSE(office.contains(january(5, 7, 59)));
  EXPECT_TRUE(office.contains(january(5, 8)));
  EXPECT_TRUE(office.contains(january(5, 17, 59)));
  EXPECT_FALSE(office.contains(january(5, 18)));
  EXPECT_FALSE(office.contains(january(6, 12)));
  EXPECT_TRUE(office.contains(january(9, 12)));
}

TEST(Schedule, HoursOverMidnightBelongToTheDayOnWhichTheyBegin) {
  const Schedule night = schedule({"fri"}, {"22:00-06:00"});
  EXPECT_FALSE(night.contains(january(9, 5)));
  EXPECT_TRUE(night.contains(january(9, 23)));
  EXPECT_TRUE(night.contains(january(10, 5, 59)));
  EXPECT_FALSE(night.contains(january(10, 6)));
  EXPECT_FALSE(night.contains(january(10, 23)));
}

TEST(Schedule, AnyOfSeveralHoursWillDo) {
  const Schedule both = schedule({"mon"}, {"08:00-09:00", "20:00-24:00"});
  EXPECT_TRUE(both.contains(january(5, 8, 30)));
  EXPECT_FALSE(both.contains(january(5, 12)));
  EXPECT_TRUE(both.contains(january(5, 23, 59)));
  EXPECT_FALSE(both.contains(january(6, 0)));
}

TEST(Schedule, DaysAloneAreWhole) {
  const Schedule weekend = schedule({"sat", "sun"}, {});
  EXPECT_TRUE(weekend.contains(january(10, 0)));
  EXPECT_TRUE(weekend.contains(january(11, 23, 59)));
  EXPECT_FALSE(weekend.contains(january(12, 0)));
}

TEST(Schedule, IsSaidInWords) {
  EXPECT_EQ(schedule({"sun", "mon"}, {}).words(), "on mon, sun (UTC)");
  EXPECT_EQ(schedule({"mon"}, {"08:00-18:00", "22:00-24:00"}).words(),
            "on mon, from 08:00 to 18:00 or 22:00 to 24:00 UTC");
  EXPECT_EQ(moment_words(january(10, 3, 7)), "sat 03:07 UTC");
}

TEST(ParseHours, TakesMinutesOfADayAndNothingElse) {
  for (const char* good : {"00:00-24:00", "08:00-18:30", "22:00-06:00", "00:00-00:00"}) {
    EXPECT_TRUE(parse_hours(good)) << good;
  }
  for (const char* bad : {"", "-", "8:00-18:00", "08:00", "08:00-18:60", "24:00-06:00",
                          "08:00-24:01", "08:00 - 18:00", "08-18", "ab:cd-ef:gh", "08:00-18:00-"}) {
    EXPECT_FALSE(parse_hours(bad)) << bad;
  }
}

TEST(ParseDay, TakesThreeLettersAndNothingElse) {
  EXPECT_EQ(parse_day("sun"), 0U);
  EXPECT_EQ(parse_day("sat"), 6U);
  for (const char* bad : {"", "Mon", "monday", "mo"}) EXPECT_FALSE(parse_day(bad)) << bad;
}

}  // namespace
}  // namespace chancery::policy
