// What org.chancery.Signer1 says of the daemon, and tells when it changes.
#include <gmock/gmock.h>

#include "tests/end_to_end/dbus/bus_fixture.h"

namespace chancery::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

TEST_F(Bus, WhoeverIsOnTheBusReadsTheStatus) {
  for (const char* user : {nobody, stranger, games}) {
    EXPECT_THAT(call_as(user, "Status"),
                AllOf(HasSubstr("\"State\""), HasSubstr("\"up\""), HasSubstr("log.test")))
        << user;
  }
}

TEST_F(Bus, PropertiesSayHowTheDaemonIs) {
  Listener listener;
  EXPECT_EQ(listener.property<std::string>("State"), "up");
  EXPECT_EQ(listener.property<std::string>("PendingState"), "fresh");
  EXPECT_EQ(listener.property<std::uint64_t>("PendingCount"), 0U);
  EXPECT_EQ(listener.property<std::int64_t>("OldestPendingAt"), 0);
  using Backend = sdbus::Struct<std::string, std::string, std::string>;
  const auto backends = listener.property<std::vector<Backend>>("Backends");
  ASSERT_EQ(backends.size(), 1U);
  EXPECT_EQ(backends[0], Backend("software", "up", ""));
}

TEST_F(Bus, ABadConfigurationIsToldAndTroublesUntilItIsMended) {
  Listener listener;
  daemon_->write(rules_ + "nonsense = 1\n");
  EXPECT_THAT(call_as(games, "Reload"),
              AllOf(HasSubstr("Error org.chancery.Error.CONFIG_INVALID"), HasSubstr("nonsense")));
  listener.hears({"daemon", "up", "troubled"});
  EXPECT_THAT(listener.property<std::vector<std::string>>("Troubles"),
              Contains(HasSubstr("nonsense")));
  daemon_->write(rules_);
  EXPECT_THAT(call_as(games, "Reload"), HasSubstr(daemon_->file().string()));
  listener.hears({"daemon", "troubled", "up"});
}

TEST_F(Bus, ABackendThatGoesDownAndComesBackIsTold) {
  Listener listener;
  const std::filesystem::path keys = daemon_->file().parent_path() / "state/keys";
  std::filesystem::rename(keys, keys.string() + "-away");
  for (const pid_t host : children_of(daemon_->process().pid())) ::kill(host, SIGKILL);
  listener.hears({"backend:software", "up", "down"});
  listener.hears({"daemon", "up", "troubled"});
  EXPECT_EQ(listener.told("State"), "troubled");
  std::filesystem::remove_all(keys);
  std::filesystem::rename(keys.string() + "-away", keys);
  listener.hears({"backend:software", "down", "up"});
  listener.hears({"daemon", "troubled", "up"});
  EXPECT_EQ(listener.told("State"), "up");
}

TEST_F(Bus, AnAlarmIsAPropertyWhileItStands) {
  using Alarm = sdbus::Struct<std::string, std::int64_t, std::string, std::string, std::string>;
  Listener listener;
  EXPECT_TRUE(listener.property<std::vector<Alarm>>("Alarms").empty());
  const std::filesystem::path log = daemon_->file().parent_path() / "state/log";
  std::filesystem::rename(log, log.string() + "-away");
  ASSERT_TRUE(daemon_->call<v1::SignReply>(signer, "Sign", sign_request("a", "a")).ok());
  listener.hears({"daemon", "up", "troubled"});
  const auto alarms = listener.property<std::vector<Alarm>>("Alarms");
  ASSERT_EQ(alarms.size(), 1U);
  EXPECT_EQ(std::get<0>(alarms[0]), "log-files");
  EXPECT_EQ(std::get<2>(alarms[0]), "FILE_DIRECTORY_MOVED");
  std::filesystem::rename(log.string() + "-away", log);
  listener.hears({"daemon", "troubled", "up"});
}

TEST_F(Bus, ADaemonThatIsGoneIsToldAndComesBackByItself) {
  Listener listener;
  daemon_->process().stop();
  listener.hears({"daemon", "up", "gone"});
  listener.hears({"backend:software", "up", "unknown"});
  EXPECT_EQ(listener.property<std::string>("State"), "gone");
  EXPECT_THAT(call_as(nobody, "Status"),
              AllOf(HasSubstr("Error org.chancery.Error.DAEMON_UNREACHABLE"),
                    HasSubstr("is chanceryd running?")));
  EXPECT_THAT(call_as(games, "Reload"), HasSubstr("org.chancery.Error.DAEMON_UNREACHABLE"));
  EXPECT_THAT(call_as(games, "ListPending"), HasSubstr("org.chancery.Error.DAEMON_UNREACHABLE"));
  daemon_->restart();
  open_to_all();
  listener.hears({"daemon", "gone", "up"});
  listener.hears({"backend:software", "unknown", "up"});
  EXPECT_THAT(call_as(games, "Reload"), HasSubstr(daemon_->file().string()));
}

TEST_F(Bus, ADaemonThatHangsIsGoneAndKeepsNobodyWaiting) {
  Listener listener;
  ::kill(daemon_->process().pid(), SIGSTOP);
  listener.hears({"daemon", "up", "gone"});
  EXPECT_THAT(call_as(nobody, "Status"), HasSubstr("Error org.chancery.Error.DEADLINE_PASSED"));
  ::kill(daemon_->process().pid(), SIGCONT);
  listener.hears({"daemon", "gone", "up"});
}

TEST_F(Bus, MalformedCallsAreRefusedAndHarmNobody) {
  EXPECT_THAT(call_as(games, "Reload", {"string:now"}),
              HasSubstr("Error org.freedesktop.DBus.Error.InvalidArgs"));
  EXPECT_THAT(call_as(games, "HandOverLog"),
              HasSubstr("Error org.freedesktop.DBus.Error.UnknownMethod"));
  EXPECT_THAT(call_as(games, "org.freedesktop.DBus.Properties.Set",
                      {std::string("string:") + service_name, "string:State", "variant:string:up"}),
              HasSubstr("Error org.freedesktop.DBus.Error.PropertyReadOnly"));
  EXPECT_THAT(call_as(games, "org.freedesktop.DBus.Properties.Get",
                      {std::string("string:") + service_name, "string:Keys"}),
              HasSubstr("Error org.freedesktop.DBus.Error.UnknownProperty"));
  EXPECT_THAT(call_as(games, "org.freedesktop.systemd1.Manager.Reload"),
              HasSubstr("Error org.freedesktop.DBus.Error.AccessDenied"));  // the bus's own word
  EXPECT_THAT(call_as(games, "Status"), HasSubstr("\"up\""));
}

}  // namespace
}  // namespace chancery::testing
