#include "daemon/flows/in_flight.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>

#include "daemon/pool.h"
#include "daemon/services/byte_budget.h"
#include "daemon/watchdog.h"

namespace chancery::daemon {
namespace {

class SilentResponder : public Responder {
 public:
  void answer(Result<std::string>) override {}
};

TEST(InFlight, WhoeverJoinsGetsTheAnswerOnce) {
  InFlight in_flight;
  const auto responder = std::make_shared<SilentResponder>();
  EXPECT_FALSE(in_flight.join(7, responder));
  in_flight.begin(7);
  EXPECT_TRUE(in_flight.join(7, responder));
  EXPECT_TRUE(in_flight.join(7, responder));
  EXPECT_EQ(in_flight.size(), 1U);
  EXPECT_EQ(in_flight.end(7).size(), 2U);
  EXPECT_FALSE(in_flight.join(7, responder));
  EXPECT_TRUE(in_flight.end(7).empty());
}

TEST(InFlight, ClosedLetsNothingBeginAndWaitsForTheRest) {
  InFlight in_flight;
  EXPECT_TRUE(in_flight.begin(1));
  EXPECT_FALSE(in_flight.close(Deadline::after(std::chrono::milliseconds(1))));
  EXPECT_TRUE(in_flight.begin(2));  // it did not close, so things go on
  in_flight.end(1);
  in_flight.end(2);
  EXPECT_TRUE(in_flight.close(Deadline::after(std::chrono::milliseconds(1))));
  EXPECT_FALSE(in_flight.begin(3));
}

TEST(ByteBudget, GivesBackWhatIsLetGo) {
  ByteBudget budget({100, 100});
  std::shared_ptr<void> most = budget.take(1, 90).share;
  EXPECT_NE(most, nullptr);
  EXPECT_EQ(budget.take(1, 11).share, nullptr);
  most.reset();
  EXPECT_NE(budget.take(1, 100).share, nullptr);
}

TEST(ByteBudget, LetsNoUserHaveWhatIsForAll) {
  ByteBudget budget({160, 64});
  const auto first = budget.take(1, 40);
  EXPECT_NE(first.share, nullptr);
  EXPECT_TRUE(budget.take(1, 25).is_users_own);
  const auto more = budget.take(1, 24);
  EXPECT_NE(more.share, nullptr);
  const auto second = budget.take(2, 64);
  EXPECT_NE(second.share, nullptr);
  const auto third = budget.take(3, 33);
  EXPECT_EQ(third.share, nullptr);
  EXPECT_FALSE(third.is_users_own);
  EXPECT_NE(budget.take(3, 32).share, nullptr);
}

TEST(ByteBudget, MayGoBeforeItsShares) {
  auto budget = std::make_optional<ByteBudget>(ByteBudget::Bounds{100, 100});
  std::shared_ptr<void> share = budget->take(1, 90).share;
  budget.reset();
  share.reset();
}

TEST(Pool, DoesWhatIsQueuedAtItsEndAndDropsWhatComesLater) {
  Pool pool(2);
  std::atomic<int> done = 0;
  for (int i = 0; i < 100; ++i) {
    pool.post([&] {
      pool.post([&] { ++done; });  // the last of them while it ends
      ++done;
    });
  }
  pool.stop();
  EXPECT_EQ(done, 200);
  auto owned = std::make_shared<int>(7);
  const std::weak_ptr<int> kept = owned;
  pool.post([owned = std::move(owned), &done] { ++done; });
  EXPECT_TRUE(kept.expired());
  pool.stop();
  EXPECT_EQ(done, 200);
}

TEST(Watchdog, NamesAWorkerWhoseWorkWaitsWithoutAStep) {
  Progress progress{0, 0};
  Watchdog watchdog;
  watchdog.watch("writer", [&progress] { return progress; });
  EXPECT_EQ(watchdog.find_hanging_worker(), "");
  progress = {5, 3};
  EXPECT_EQ(watchdog.find_hanging_worker(), "");  // it has come further since
  progress = {6, 3};
  EXPECT_EQ(watchdog.find_hanging_worker(), "");
  EXPECT_EQ(watchdog.find_hanging_worker(), "writer");
  progress = {6, 0};
  EXPECT_EQ(watchdog.find_hanging_worker(), "");
}

}  // namespace
}  // namespace chancery::daemon
