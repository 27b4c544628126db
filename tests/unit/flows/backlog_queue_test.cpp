// What is carried to one log, and what comes next.
#include <gmock/gmock.h>

#include <algorithm>

#include "daemon/flows/deadline/queue.h"

namespace chancery::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BacklogQueueTest : public ::testing::Test {
 protected:
  Result<std::vector<RequestId>> find(RequestId after, std::size_t count_max) const {
    std::vector<RequestId> found;
    std::ranges::copy_if(in_journal_, std::back_inserter(found),
                         [after](RequestId id) { return id > after; });
    found.resize(std::min(found.size(), count_max));
    return found;
  }
  std::vector<RequestId> all_next() {
    std::vector<RequestId> all;
    for (auto id = queue_.next(); id.ok() && *id; id = queue_.next()) all.push_back(**id);
    return all;
  }

  std::vector<RequestId> in_journal_ = {1, 2, 3};
  BacklogQueue queue_{
      "public", [this](RequestId after, std::size_t count_max) { return find(after, count_max); }};
};

TEST_F(BacklogQueueTest, GivesWhatTheJournalHasInOrderAndWhatComesLater) {
  EXPECT_THAT(all_next(), ElementsAre(1, 2, 3));
  EXPECT_THAT(all_next(), IsEmpty());
  in_journal_.push_back(4);
  EXPECT_THAT(all_next(), ElementsAre(4));
}

TEST_F(BacklogQueueTest, LooksAgainAtWhatWasPassedOver) {
  EXPECT_THAT(all_next(), ElementsAre(1, 2, 3));
  queue_.start_over();
  EXPECT_THAT(all_next(), ElementsAre(1, 2, 3));
}

TEST_F(BacklogQueueTest, WhatIsPutThereComesFirst) {
  EXPECT_EQ(*queue_.next(), 1);
  queue_.put(9);
  EXPECT_THAT(all_next(), ElementsAre(9, 2, 3));
}

TEST_F(BacklogQueueTest, CarriesEachOnceAndNoneThatIsLeftAlone) {
  EXPECT_TRUE(queue_.begin(1));
  EXPECT_FALSE(queue_.begin(1));
  queue_.end(1);
  EXPECT_TRUE(queue_.begin(1));
  queue_.leave_alone(1, Deadline::Clock::now() + std::chrono::hours(1));
  queue_.end(1);
  EXPECT_FALSE(queue_.begin(1));
  EXPECT_EQ(queue_.carried(), 0U);
  queue_.leave_alone(1, Deadline::Clock::now());
  EXPECT_TRUE(queue_.begin(1)) << "its time is over";
}

TEST_F(BacklogQueueTest, HasRoomForSoManyAndForSoMuch) {
  const auto count = static_cast<RequestId>(limits::backlog_carried_max);
  for (RequestId id = 1; id <= count; ++id) EXPECT_TRUE(queue_.has_room() && queue_.begin(id));
  EXPECT_FALSE(queue_.has_room());
  queue_.end(1);
  EXPECT_TRUE(queue_.has_room());
  queue_.weigh(2, limits::backlog_bytes_max);
  EXPECT_FALSE(queue_.has_room());
  queue_.end(2);
  EXPECT_TRUE(queue_.has_room());
}

TEST_F(BacklogQueueTest, TellsWhereTheJournalCannotBeRead) {
  BacklogQueue queue("public", [](RequestId, std::size_t) -> Result<std::vector<RequestId>> {
    return unavailable("JOURNAL_UNREADABLE", "");
  });
  EXPECT_EQ(queue.next().error().reason, "JOURNAL_UNREADABLE");
}

}  // namespace
}  // namespace chancery::daemon
