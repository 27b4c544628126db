#include "client/dbus/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits/command.h"

namespace chancery::client {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::chrono::sys_seconds now{seconds(1'800'000'000)};

v1::StatusReply healthy() {
  v1::StatusReply status;
  status.set_version("0.1.0");
  v1::BackendStatus& backend = *status.add_backends();
  backend.set_name("software");
  backend.set_is_up(true);
  backend.set_memory_locked(true);
  return status;
}
v1::StatusReply broken() {
  v1::StatusReply status = healthy();
  status.mutable_backends(0)->set_is_up(false);
  status.mutable_backends(0)->set_trouble("wrong passphrase");
  return status;
}
v1::StatusReply waiting_for(seconds age) {
  v1::StatusReply status = healthy();
  status.add_unfinished()->set_accepted_at((now - age).time_since_epoch().count());
  return status;
}
View seen(const v1::StatusReply& status) { return view_of(status, now); }
View gone() { return view_of(unavailable("DAEMON_UNREACHABLE", "nobody listens"), now); }

TEST(BusView, AHealthyDaemonIsUp) {
  const View view = seen(healthy());
  EXPECT_EQ(view.state, "up");
  EXPECT_FALSE(view.absence);
  EXPECT_THAT(view.troubles, IsEmpty());
  EXPECT_EQ(view.pending, "fresh");
  EXPECT_EQ(oldest_pending_at(view), 0);
  EXPECT_THAT(view.backends, ElementsAre(BackendView{"software", "up", ""}));
}

TEST(BusView, ADaemonThatNeedsTheOperatorIsTroubledAndSaysWhy) {
  const View view = seen(broken());
  EXPECT_EQ(view.state, "troubled");
  EXPECT_THAT(view.troubles, ElementsAre("backend software is down: wrong passphrase"));
  EXPECT_THAT(view.backends, ElementsAre(BackendView{"software", "down", "wrong passphrase"}));
}

TEST(BusView, ADaemonThatDoesNotAnswerIsGoneAndNothingIsKnownOfIt) {
  const View view = gone();
  EXPECT_EQ(view.state, "gone");
  EXPECT_EQ(view.absence->reason, "DAEMON_UNREACHABLE");
  EXPECT_THAT(view.troubles, ElementsAre("nobody listens"));
  EXPECT_EQ(view.pending, "unknown");
  EXPECT_THAT(view.backends, IsEmpty());
  EXPECT_EQ(view.status.version(), "");
}

TEST(BusView, PendingWorkIsOldOnceItIsOlderThanAnyLogNeeds) {
  EXPECT_EQ(seen(waiting_for(limits::unfinished_old_after)).pending, "fresh");
  EXPECT_EQ(seen(waiting_for(limits::unfinished_old_after + seconds(1))).pending, "old");
  EXPECT_EQ(seen(waiting_for(-seconds(60))).pending, "fresh");  // the clock jumped back
  EXPECT_EQ(oldest_pending_at(seen(waiting_for(seconds(7)))), now.time_since_epoch().count() - 7);
}

TEST(BusView, AMissedDeadlineIsOverdueHoweverYoung) {
  auto status = waiting_for(seconds(1));
  status.set_overdue(1);
  EXPECT_EQ(seen(status).pending, "overdue");
}

TEST(BusChanges, NothingIsToldWhereNothingChanged) {
  EXPECT_THAT(changes_between(seen(healthy()), seen(healthy())), IsEmpty());
  EXPECT_THAT(changes_between(gone(), gone()), IsEmpty());
}

TEST(BusChanges, ABackendThatGoesDownAndComesBackIsTold) {
  EXPECT_THAT(changes_between(seen(healthy()), seen(broken())),
              UnorderedElementsAre(Change{"daemon", "up", "troubled"},
                                   Change{"backend:software", "up", "down"}));
  EXPECT_THAT(changes_between(seen(broken()), seen(healthy())),
              UnorderedElementsAre(Change{"daemon", "troubled", "up"},
                                   Change{"backend:software", "down", "up"}));
}

TEST(BusChanges, WithTheDaemonAllThatWasKnownGoes) {
  EXPECT_THAT(
      changes_between(seen(healthy()), gone()),
      ElementsAre(Change{"daemon", "up", "gone"}, Change{"backend:software", "up", "unknown"},
                  Change{"pending", "fresh", "unknown"}));
  EXPECT_THAT(changes_between(gone(), seen(broken())),
              ElementsAre(Change{"daemon", "gone", "troubled"},
                          Change{"backend:software", "unknown", "down"},
                          Change{"pending", "unknown", "fresh"}));
}

TEST(BusChanges, ABackendThatAReloadAddsOrRemovesIsTold) {
  auto two = healthy();
  *two.add_backends() = two.backends(0);
  two.mutable_backends(1)->set_name("hsm");
  EXPECT_THAT(changes_between(seen(healthy()), seen(two)),
              ElementsAre(Change{"backend:hsm", "unknown", "up"}));
  EXPECT_THAT(changes_between(seen(two), seen(healthy())),
              ElementsAre(Change{"backend:hsm", "up", "unknown"}));
}

TEST(BusChanges, WorkThatGrowsOldAndThenOverdueIsTold) {
  auto overdue = waiting_for(seconds(600));
  overdue.set_overdue(2);
  EXPECT_THAT(changes_between(seen(waiting_for(seconds(1))), seen(waiting_for(seconds(600)))),
              ElementsAre(Change{"pending", "fresh", "old"}));
  EXPECT_THAT(changes_between(seen(waiting_for(seconds(600))), seen(overdue)),
              ElementsAre(Change{"daemon", "up", "troubled"}, Change{"pending", "old", "overdue"}));
}

}  // namespace
}  // namespace chancery::client
