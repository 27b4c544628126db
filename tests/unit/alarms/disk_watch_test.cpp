#include "daemon/alarms/disk_watch.h"

#include <gmock/gmock.h>

#include "core/base/limits/administration.h"

namespace chancery::daemon {
namespace {

using ::testing::HasSubstr;

class DiskWatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    watch_.watch(alarm_names::journal_disk, "/state", "nothing new is signed");
  }
  // Which alarm stands with so much room.
  std::string standing_with(std::uint64_t free_bytes, std::uint64_t all_bytes = 1U << 30) {
    space_ = DiskWatch::Space{free_bytes, all_bytes};
    watch_.look();
    const std::vector<Alarm> standing = alarms_.standing();
    return standing.empty() ? "none" : standing[0].name + ": " + standing[0].what;
  }

  Result<DiskWatch::Space> space_ = DiskWatch::Space{};
  Alarms alarms_{[] { return WallTime(); }};
  DiskWatch watch_{alarms_, [this](const auto&) { return space_; }};
};

constexpr std::uint64_t roomy_bytes = limits::disk_low_bytes * limits::disk_roomy_percent / 100;

TEST_F(DiskWatchTest, AlarmStandsBeforeTheDiskIsFullUntilThereIsRoom) {
  EXPECT_EQ(standing_with(limits::disk_low_bytes), "none");
  EXPECT_THAT(standing_with(limits::disk_low_bytes - 1),
              HasSubstr("journal-disk: the file system of /state has 255 MiB left; when it is "
                        "full, nothing new is signed"));
  EXPECT_NE(standing_with(roomy_bytes - 1), "none") << "about the line";
  EXPECT_EQ(standing_with(roomy_bytes), "none");
  EXPECT_EQ(standing_with(roomy_bytes - 1), "none") << "about the line";
}

TEST_F(DiskWatchTest, SmallDiskHasTheAlarmBelowHalfOfIt) {
  constexpr std::uint64_t mib = 1U << 20, all = 320 * mib;
  EXPECT_EQ(standing_with(all, all), "none");
  EXPECT_EQ(standing_with(160 * mib, all), "none");
  EXPECT_THAT(standing_with(160 * mib - 1, all), HasSubstr("has 159 MiB left"));
  EXPECT_EQ(alarms_.standing()[0].remedy,
            "Make room there, or give it more: the alarm ends at 200 MiB.");
  EXPECT_NE(standing_with(200 * mib - 1, all), "none");
  EXPECT_EQ(standing_with(200 * mib, all), "none");
}

TEST_F(DiskWatchTest, DiskThatSaysNothingIsAnAlarm) {
  space_ = DiskWatch::space_of("/nowhere");
  watch_.look();
  ASSERT_EQ(alarms_.standing().size(), 1U);
  EXPECT_EQ(alarms_.standing()[0].reason, "DISK_UNREADABLE");
  EXPECT_THAT(alarms_.standing()[0].what, HasSubstr("/nowhere: No such file or directory"));
  EXPECT_EQ(standing_with(roomy_bytes), "none");
}

TEST_F(DiskWatchTest, RealDiskHasRoom) {
  const DiskWatch::Space space = DiskWatch::space_of("/tmp").value();
  EXPECT_GT(space.free_bytes, 0U);
  EXPECT_GE(space.all_bytes, space.free_bytes);
}

}  // namespace
}  // namespace chancery::daemon
