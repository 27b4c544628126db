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
  std::string standing_with(std::uint64_t free_bytes) {
    free_ = free_bytes;
    watch_.look();
    const std::vector<Alarm> standing = alarms_.standing();
    return standing.empty() ? "none" : standing[0].name + ": " + standing[0].what;
  }

  Result<std::uint64_t> free_ = std::uint64_t{0};
  Alarms alarms_{[] { return WallTime(); }};
  DiskWatch watch_{alarms_, [this](const auto&) { return free_; }};
};

TEST_F(DiskWatchTest, AlarmStandsBeforeTheDiskIsFullUntilThereIsRoom) {
  EXPECT_EQ(standing_with(limits::disk_low_bytes), "none");
  EXPECT_THAT(standing_with(limits::disk_low_bytes - 1),
              HasSubstr("journal-disk: the file system of /state has 255 MiB left; when it is "
                        "full, nothing new is signed"));
  EXPECT_NE(standing_with(limits::disk_roomy_bytes - 1), "none") << "about the line";
  EXPECT_EQ(standing_with(limits::disk_roomy_bytes), "none");
  EXPECT_EQ(standing_with(limits::disk_roomy_bytes - 1), "none") << "about the line";
}

TEST_F(DiskWatchTest, DiskThatSaysNothingIsAnAlarm) {
  free_ = DiskWatch::free_bytes("/nowhere");
  watch_.look();
  ASSERT_EQ(alarms_.standing().size(), 1U);
  EXPECT_EQ(alarms_.standing()[0].reason, "DISK_UNREADABLE");
  EXPECT_THAT(alarms_.standing()[0].what, HasSubstr("/nowhere: No such file or directory"));
  EXPECT_EQ(standing_with(limits::disk_roomy_bytes), "none");
}

TEST_F(DiskWatchTest, RealDiskHasRoom) { EXPECT_GT(DiskWatch::free_bytes("/tmp").value(), 0U); }

}  // namespace
}  // namespace chancery::daemon
