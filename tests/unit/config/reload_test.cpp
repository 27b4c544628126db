#include "daemon/config/reload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/sample_config.h"

namespace chancery::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Config sample() { return parse_sample(sample_toml).config; }

TEST(Reload, SameConfigurationNeedsNoRestart) {
  EXPECT_THAT(find_restart_reasons(sample(), sample()), IsEmpty());
}

TEST(Reload, RulesProfilesAndArchiveDaysNeedNoRestart) {
  Config wanted = sample();
  wanted.rules.rules.clear();
  wanted.profiles.pop_back();
  wanted.profiles[0].keys[0].key = "other";
  wanted.archive_life += std::chrono::hours(24);
  EXPECT_THAT(find_restart_reasons(sample(), wanted), IsEmpty());
}

TEST(Reload, LinesThatMovedNeedNoRestart) {
  const Config moved = parse_sample("# a comment\n" + sample_toml).config;
  EXPECT_THAT(find_restart_reasons(sample(), moved), IsEmpty());
}

TEST(Reload, SocketStateAndLogNeedARestartEach) {
  Config wanted = sample();
  wanted.socket = "/run/other";
  wanted.socket_mode = 0600;
  wanted.state_directory = "/srv/chancery";
  wanted.log.origin = "other.example.org";
  wanted.log.backend = "hsm";
  wanted.log.key = "log-2";
  wanted.log.publish_interval += std::chrono::milliseconds(1);
  EXPECT_THAT(find_restart_reasons(sample(), wanted),
              ElementsAre(HasSubstr("[server] socket "), HasSubstr("[server] socket_mode"),
                          HasSubstr("[state] directory"), HasSubstr("[log] origin"),
                          HasSubstr("[log] backend"), HasSubstr("[log] key"),
                          HasSubstr("[log] publish_interval_ms")));
}

TEST(Reload, BackendThatIsGoneNewOrChangedNeedsARestart) {
  Config wanted = sample();
  wanted.backends[0].config.options = {{"directory", "/elsewhere"}};
  wanted.backends.push_back({.type = "tpm", .config = {.name = "chip", .options = {}}});
  EXPECT_THAT(find_restart_reasons(sample(), wanted),
              ElementsAre("[[backend]] \"disk\" has changed", "[[backend]] \"chip\" is new"));
  EXPECT_THAT(find_restart_reasons(wanted, sample()),
              ElementsAre("[[backend]] \"disk\" has changed", "[[backend]] \"chip\" is gone"));
}

TEST(Reload, OrderOfBackendsAndOptionsMeansNothing) {
  Config running = sample();
  running.backends[0].config.options = {{"directory", "/k"}, {"slots", "1"}};
  running.backends.push_back({.type = "tpm", .config = {.name = "chip", .options = {}}});
  Config wanted = running;
  std::swap(wanted.backends[0], wanted.backends[1]);
  std::swap(wanted.backends[1].config.options[0], wanted.backends[1].config.options[1]);
  EXPECT_THAT(find_restart_reasons(running, wanted), IsEmpty());
}

}  // namespace
}  // namespace chancery::daemon
