// Work that stays unfinished: the bus is told when it grows old, and when a deadline is missed. The
// daemon's clock is the test's.
#include <gmock/gmock.h>

#include "tests/end_to_end/dbus/bus_fixture.h"
#include "tests/end_to_end/elsewhere/elsewhere.h"

namespace chancery::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class PendingWork : public Bus {
 protected:
  void start_daemon() override {
    start(elsewhere_.sections(by_deadline),
          {CHANCERY_STAGED_DAEMON, {{"CHANCERY_CLOCK", directory_ / "clock"}}});
  }
  void set_clock(const char* seconds) { write_text(directory_ / "clock", seconds); }

  TemporaryDirectory directory_;
  Elsewhere elsewhere_;
};

TEST_F(PendingWork, ThatGrowsOldIsToldAndThatItIsDone) {
  Listener listener;
  const pid_t host = key_host();
  stop_threads_of(host);
  set_clock("-600");  // it is accepted ten minutes ago
  const auto connection = client::Connection::open(daemon_->socket(), soon());
  ASSERT_TRUE(connection.ok());
  auto signing =
      (*connection)
          ->submit(signer, "Sign", sign_request("one", "hello").SerializeAsString(), soon());
  listener.hears({"pending", "fresh", "old"});
  EXPECT_EQ(listener.told("PendingState"), "old");
  ::kill(host, SIGCONT);
  listener.hears({"pending", "old", "fresh"});
  EXPECT_TRUE(signing.wait().ok());
}

TEST_F(PendingWork, ThatMissesItsDeadlineIsToldAndThatItsLogHasIt) {
  Listener listener;
  elsewhere_.order(Elsewhere::Fault::away);
  const auto released = sign(*daemon_, "a");
  ASSERT_TRUE(released.ok()) << released.error().message;
  set_clock("3601");
  listener.hears({"pending", "fresh", "overdue"});
  listener.hears({"daemon", "up", "troubled"});
  EXPECT_EQ(listener.property<std::uint64_t>("Overdue"), 1U);
  EXPECT_THAT(listener.property<std::vector<std::string>>("Troubles"),
              Contains(HasSubstr("overdue: 1 of the signatures")));
  elsewhere_.order(Elsewhere::Fault::none);
  listener.hears({"pending", "overdue", "fresh"});
  listener.hears({"daemon", "troubled", "up"});
}

}  // namespace
}  // namespace chancery::testing
