#include "daemon/alarms/alarms.h"

#include <gmock/gmock.h>

namespace chancery::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AlarmsTest : public ::testing::Test {
 protected:
  // What the operator hears of it.
  std::string said(const std::function<void()>& act) {
    ::testing::internal::CaptureStderr();
    act();
    return ::testing::internal::GetCapturedStderr();
  }
  void raise(const std::string& message) {
    alarms_.raise("log-files", unavailable("FILE_WRITE_FAILED", message), "Mend it.");
  }

  WallTime now_{std::chrono::seconds(100)};
  Alarms alarms_{[this] { return now_; }};
};

TEST_F(AlarmsTest, StandsWithSinceWhenWhatAndWhatToDoUntilItIsOver) {
  raise("tile: Permission denied");
  const std::vector<Alarm> standing = alarms_.standing();
  ASSERT_EQ(standing.size(), 1U);
  EXPECT_EQ(standing[0].name, "log-files");
  EXPECT_EQ(standing[0].since, now_);
  EXPECT_EQ(standing[0].reason, "FILE_WRITE_FAILED");
  EXPECT_EQ(standing[0].what, "tile: Permission denied");
  EXPECT_EQ(standing[0].remedy, "Mend it.");
  alarms_.clear("journal-disk");
  EXPECT_EQ(alarms_.standing().size(), 1U);
  alarms_.clear("log-files");
  EXPECT_THAT(alarms_.standing(), IsEmpty());
}

TEST_F(AlarmsTest, RaisedAgainKeepsItsBeginningAndSaysTheNewest) {
  raise("first");
  const WallTime began = std::exchange(now_, now_ + std::chrono::seconds(9));
  raise("second");
  EXPECT_EQ(alarms_.standing()[0].since, began);
  EXPECT_EQ(alarms_.standing()[0].what, "second");
}

TEST_F(AlarmsTest, BeginningAndEndAreToldOnceEach) {
  const std::string begun = said([this] {
    raise("first");
    raise("second");
  });
  EXPECT_THAT(begun, HasSubstr("alarm log-files: FILE_WRITE_FAILED: first; Mend it.\n"));
  EXPECT_EQ(std::ranges::count(begun, '\n'), 1) << begun;
  const std::string ended = said([this] {
    alarms_.clear("log-files");
    alarms_.clear("log-files");
  });
  EXPECT_THAT(ended, HasSubstr("alarm log-files is over\n"));
  EXPECT_EQ(std::ranges::count(ended, '\n'), 1) << ended;
}

}  // namespace
}  // namespace chancery::daemon
