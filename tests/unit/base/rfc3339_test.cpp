#include "core/base/rfc3339.h"

#include <gtest/gtest.h>

namespace chancery {
namespace {

std::string round_trip(std::string_view text) {
  const Result<WallTime> time = parse_rfc3339(text);
  return time.ok() ? format_rfc3339(*time) : time.error().reason;
}

TEST(Rfc3339, ReadsWhatTrustedRootsWrite) {
  EXPECT_EQ(round_trip("2021-01-12T11:53:27Z"), "2021-01-12T11:53:27Z");
  EXPECT_EQ(round_trip("2021-01-12T11:53:27.000Z"), "2021-01-12T11:53:27Z");
  EXPECT_EQ(round_trip("2022-10-31T23:59:59.999Z"), "2022-10-31T23:59:59.999000Z");
  EXPECT_EQ(round_trip("2022-10-31T23:59:59.123456789Z"), "2022-10-31T23:59:59.123456Z");
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:01Z")->time_since_epoch(), std::chrono::seconds(1));
}

TEST(Rfc3339, CountsOffsetsFromUtc) {
  EXPECT_EQ(round_trip("2021-12-18T13:28:12-06:00"), "2021-12-18T19:28:12Z");
  EXPECT_EQ(round_trip("2026-01-01T00:30:00+01:00"), "2025-12-31T23:30:00Z");
}

TEST(Rfc3339, KnowsTheCalendarAndItsEnds) {
  EXPECT_EQ(round_trip("2024-02-29T00:00:00Z"), "2024-02-29T00:00:00Z");
  EXPECT_EQ(round_trip("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z");
  EXPECT_EQ(round_trip("9999-12-31T23:59:59Z"), "9999-12-31T23:59:59Z");
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026-01-01", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
        "0000-01-01T00:00:00Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z",
        "2026-01-01T00:00:00Z ", "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+24:00",
        "+026-01-01T00:00:00Z", "2026-1-01T00:00:00Z", "2026-01-01t00:00:00Z"}) {
    EXPECT_EQ(round_trip(text), "TIME_INVALID") << text;
  }
}

TEST(Rfc3339, RefusalShowsATimeAsItShouldBe) {
  const std::string message = parse_rfc3339("yesterday").error().message;
  const std::string example = message.substr(message.rfind(' ') + 1);
  EXPECT_EQ(round_trip(example), example);
}

}  // namespace
}  // namespace chancery
