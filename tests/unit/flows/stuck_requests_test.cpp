#include "daemon/flows/stuck/stuck_requests.h"

#include <gmock/gmock.h>

#include "core/base/limits/journal.h"

namespace chancery::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StuckRequestsTest : public ::testing::Test {
 protected:
  std::vector<RequestId> due_after(std::chrono::milliseconds time) {
    return stuck_.take_due(start_ + time);
  }
  const StuckRequests::Time start_ = Deadline::Clock::now();
  const Error damaged_ = corrupt("TILE_DAMAGED", "tile/0/000");
  StuckRequests stuck_;
};

TEST_F(StuckRequestsTest, IsDueLaterEachTimeAndOnceEach) {
  stuck_.retry_later(7, damaged_, start_);
  EXPECT_THAT(due_after(limits::stuck_delay_min - std::chrono::milliseconds(1)), IsEmpty());
  EXPECT_THAT(due_after(limits::stuck_delay_min), ElementsAre(7));
  EXPECT_THAT(due_after(limits::stuck_delay_max), IsEmpty()) << "it is being tried";
  stuck_.retry_later(7, damaged_, start_);
  EXPECT_THAT(due_after(limits::stuck_delay_min), IsEmpty());
  EXPECT_THAT(due_after(2 * limits::stuck_delay_min), ElementsAre(7));
  for (int i = 0; i < 20; ++i) stuck_.retry_later(7, damaged_, start_);
  EXPECT_THAT(due_after(limits::stuck_delay_max), ElementsAre(7));
}

TEST_F(StuckRequestsTest, SaysWhyUntilItIsFinished) {
  stuck_.retry_later(9, damaged_, start_);
  stuck_.report(3, unavailable("REMOTE_SERVICE_MISSING", "the log"));
  EXPECT_EQ(stuck_.trouble_of(9)->reason, "TILE_DAMAGED");
  EXPECT_FALSE(stuck_.trouble_of(4));
  EXPECT_EQ(stuck_.summary()->count, 2U);
  EXPECT_EQ(stuck_.summary()->oldest, 3);
  EXPECT_EQ(stuck_.summary()->why.reason, "REMOTE_SERVICE_MISSING");
  EXPECT_THAT(due_after(limits::stuck_delay_max), ElementsAre(9)) << "the other has its own keeper";
  stuck_.remove(3);
  stuck_.remove(9);
  EXPECT_FALSE(stuck_.summary());
}

TEST_F(StuckRequestsTest, SoManyAreRememberedAndNoMore) {
  constexpr auto most = static_cast<RequestId>(limits::stuck_requests_max);
  for (RequestId id = 1; id <= most + 1; ++id) stuck_.retry_later(id, damaged_, start_);
  EXPECT_TRUE(stuck_.trouble_of(most));
  EXPECT_FALSE(stuck_.trouble_of(most + 1));
}

}  // namespace
}  // namespace chancery::daemon
