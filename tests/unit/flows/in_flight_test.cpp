#include "daemon/flows/in_flight.h"

#include <gtest/gtest.h>

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
  EXPECT_FALSE(in_flight.has(7));
  in_flight.begin(7);
  EXPECT_TRUE(in_flight.has(7));
  EXPECT_TRUE(in_flight.join(7, responder));
  EXPECT_TRUE(in_flight.join(7, responder));
  EXPECT_EQ(in_flight.size(), 1U);
  EXPECT_EQ(in_flight.end(7).size(), 2U);
  EXPECT_FALSE(in_flight.has(7));
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
  ByteBudget budget(100);
  std::shared_ptr<void> most = budget.take(90);
  EXPECT_NE(most, nullptr);
  EXPECT_EQ(budget.take(11), nullptr);
  most.reset();
  EXPECT_NE(budget.take(100), nullptr);
}

TEST(Watchdog, NamesAWorkerWhoseWorkWaitsWithoutAStep) {
  Progress progress{0, 0};
  Watchdog watchdog;
  watchdog.watch("writer", [&progress] { return progress; });
  EXPECT_EQ(watchdog.find_stuck(), "");
  progress = {5, 3};
  EXPECT_EQ(watchdog.find_stuck(), "");  // it has come further since
  progress = {6, 3};
  EXPECT_EQ(watchdog.find_stuck(), "");
  EXPECT_EQ(watchdog.find_stuck(), "writer");
  progress = {6, 0};
  EXPECT_EQ(watchdog.find_stuck(), "");
}

}  // namespace
}  // namespace chancery::daemon
