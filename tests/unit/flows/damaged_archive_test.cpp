#include "daemon/flows/archive/damaged_archive.h"

#include <gmock/gmock.h>

#include "core/base/limits/administration.h"

namespace chancery::daemon {
namespace {

using ::testing::ElementsAre;

class DamagedArchiveTest : public ::testing::Test {
 protected:
  void add(RequestId id) { archive_.add(id, corrupt("ARCHIVED_BUNDLE_DAMAGED", "it is damaged")); }
  // Which were looked at.
  std::vector<RequestId> look() {
    std::vector<RequestId> looked;
    archive_.look_again([&](RequestId id) {
      looked.push_back(id);
      return !damaged_.contains(id);
    });
    return looked;
  }
  bool has_alarm() const { return !alarms_.standing().empty(); }

  std::set<RequestId> damaged_;
  Alarms alarms_{[] { return WallTime(); }};
  DamagedArchive archive_{alarms_};
};

TEST_F(DamagedArchiveTest, AlarmEndsWhenTheLastIsSound) {
  damaged_ = {1, 2, 3};
  for (const RequestId id : {1, 2, 3}) add(id);
  EXPECT_EQ(alarms_.standing()[0].name, "archive");
  damaged_ = {2};
  EXPECT_THAT(look(), ElementsAre(1, 2));
  EXPECT_THAT(look(), ElementsAre(3, 2));
  EXPECT_TRUE(has_alarm());
  damaged_.clear();
  EXPECT_THAT(look(), ElementsAre(2));
  EXPECT_FALSE(has_alarm());
  EXPECT_THAT(look(), ElementsAre());
}

TEST_F(DamagedArchiveTest, WhatIsFoundDamagedWhileItIsLookedAtStaysSo) {
  add(1);
  int looks = 0;
  archive_.look_again([&](RequestId id) {
    if (++looks == 1) add(id);
    return looks == 1;
  });
  EXPECT_TRUE(has_alarm());
  EXPECT_THAT(look(), ElementsAre(1));
  EXPECT_FALSE(has_alarm());
}

TEST_F(DamagedArchiveTest, ADiskThatIsGoneCostsOneLookEachInTurn) {
  damaged_ = {1, 2, 3};
  for (const RequestId id : {1, 2, 3}) add(id);
  for (const RequestId id : {1, 2, 3, 1}) EXPECT_THAT(look(), ElementsAre(id));
}

TEST_F(DamagedArchiveTest, RemembersNoMoreThanItsLimit) {
  const auto max = static_cast<RequestId>(limits::damaged_archive_max);
  for (RequestId id = 1; id <= max + 1; ++id) add(id);
  std::size_t looked = 0;
  while (has_alarm()) looked += look().size();
  EXPECT_EQ(looked, limits::damaged_archive_max);
}

}  // namespace
}  // namespace chancery::daemon
