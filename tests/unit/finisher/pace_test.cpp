#include "daemon/finisher/pace.h"
#include "tests/support/patience.h"

#include <gtest/gtest.h>

#include <future>

namespace chancery::daemon {
namespace {

using namespace std::chrono_literals;

// On the agenda's thread, as Pace demands; the test waits for what it answers.
struct PaceTest : ::testing::Test {
  Agenda agenda;
  std::optional<Pace> pace;
  std::vector<int> granted;
  std::vector<int> refused;

  template <typename Work>
  auto agenda_does(Work work) {
    std::packaged_task<decltype(work())()> task(work);
    auto answer = task.get_future();
    agenda.post([&task] { task(); });
    return answer.get();
  }
  void start(PaceOptions options) {
    agenda_does([&] { pace.emplace(agenda, options); });
  }
  void TearDown() override { agenda.stop(); }

  void ask(int number) {
    agenda_does([this, number] {
      pace->ask_for_turn(
          [this, number](bool is_granted) { (is_granted ? granted : refused).push_back(number); });
    });
  }
  std::vector<int> granted_now() {
    return agenda_does([this] { return granted; });
  }
  void wait_for(std::size_t count) {
    while (granted_now().size() < count) testing::pause_briefly();
  }
};

TEST_F(PaceTest, GivesAsManyTurnsAsItsWindowInTheOrderOfAsking) {
  start({.window_max = 2});
  for (int i = 0; i < 4; ++i) ask(i);
  EXPECT_EQ(granted_now(), (std::vector{0, 1}));
  agenda_does([this] { pace->succeed(); });
  EXPECT_EQ(granted_now(), (std::vector{0, 1, 2}));
}

TEST_F(PaceTest, FailureMakesEverybodyPauseAndHalvesTheWindow) {
  start({.window_max = 4, .pause_min = 200ms, .pause_max = 400ms});
  for (int i = 0; i < 8; ++i) ask(i);
  agenda_does([this] {
    for (int i = 0; i < 4; ++i) pace->fail(std::nullopt);
    EXPECT_TRUE(pace->is_pausing());
  });
  wait_for(6);  // two of those that wait, and no more: the window is half of what it was
  EXPECT_EQ(agenda_does([this] { return pace->in_flight(); }), 2U);
  agenda_does([this] { pace->succeed(); });
  wait_for(8);  // it is whole again
}

TEST_F(PaceTest, RetryAfterIsHeeded) {
  start({.pause_min = 1ms, .pause_max = 1ms});
  ask(0);
  const auto until = agenda_does([this] {
    pace->fail(std::chrono::seconds(7));
    return pace->paused_until();
  });
  EXPECT_GT(until - Deadline::Clock::now(), 5s);
}

TEST_F(PaceTest, RetryAfterOfADayIsCut) {
  start({});
  ask(0);
  const auto until = agenda_does([this] {
    pace->fail(std::chrono::hours(24));
    return pace->paused_until();
  });
  EXPECT_LE(until - Deadline::Clock::now(), limits::retry_after_max);
}

TEST_F(PaceTest, RateHoldsTurnsBack) {
  start({.per_second = 20});
  const auto begin = Deadline::Clock::now();
  for (int i = 0; i < 25; ++i) {
    ask(i);
    agenda_does([this] {
      if (pace->in_flight() > 0) pace->succeed();
    });
  }
  wait_for(24);
  EXPECT_GE(Deadline::Clock::now() - begin, 150ms);  // after the first 20, a second's tokens
}

TEST_F(PaceTest, WhoeverHasAChoiceLeavesWhenAPauseBeginsOrGrows) {
  start({.window_max = 2});
  std::vector<int> left;
  const auto ask_with_a_choice = [&](int number) {
    agenda_does([&, number] {
      pace->ask_for_turn([](bool) { FAIL(); }, Deadline::Clock::now(),
                         [&, number] { left.push_back(number); });
    });
  };
  for (int i = 0; i < 3; ++i) ask(i);
  ask_with_a_choice(3);
  agenda_does([this] { pace->fail(std::nullopt); });
  EXPECT_EQ(left, (std::vector{3}));
  ask_with_a_choice(4);
  agenda_does([this] { pace->fail(std::chrono::seconds(7)); });
  EXPECT_EQ(left, (std::vector{3, 4}));
  EXPECT_EQ(agenda_does([this] { return pace->waiting(); }), 1U) << "it has no choice";
}

TEST_F(PaceTest, IsDoubtfulUntilItHasDoneBetter) {
  start({.pause_min = 1ms, .pause_max = 1ms});
  const auto is_doubtful = [this] {
    return agenda_does([this] { return pace->is_doubtful() && !pace->is_pausing(); });
  };
  ask(0);
  EXPECT_FALSE(is_doubtful());
  agenda_does([this] { pace->fail(std::nullopt); });
  ask(1);
  wait_for(2);
  EXPECT_TRUE(is_doubtful()) << "the next one finds out";
  agenda_does([this] { pace->succeed(); });
  ask(2);
  EXPECT_FALSE(is_doubtful());
}

TEST_F(PaceTest, StoppedItGivesBackWhoWaitsAndWhoeverComes) {
  start({.window_max = 1});
  for (int i = 0; i < 3; ++i) ask(i);
  agenda_does([this] { pace->stop(); });
  ask(3);
  EXPECT_EQ(agenda_does([this] { return refused; }), (std::vector{1, 2, 3}));
}

TEST(AgendaTest, DoesThingsInTheOrderOfTheirTimes) {
  std::vector<int> order;
  std::promise<void> done;
  Agenda agenda;
  agenda.post([&] {  // on its own thread, so that it has all three before the first is due
    const auto now = Deadline::Clock::now();
    agenda.post_at(now + 3ms, [&] { done.set_value(); });
    agenda.post_at(now + 2ms, [&] { order.push_back(2); });
    agenda.post_at(now + 1ms, [&] { order.push_back(1); });
  });
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(AgendaTest, StoppedItDoesNothingMore) {
  Agenda agenda;
  agenda.stop();
  agenda.post([] { FAIL(); });
  EXPECT_EQ(agenda.done(), 0U);
}

}  // namespace
}  // namespace chancery::daemon
