#include "daemon/config/reloading.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace chancery::daemon {
namespace {

Config version(int number) {
  Config config;
  config.source = "chancery.toml";
  config.policy_hash = std::to_string(number);
  return config;
}

// SIGHUP and Admin.Reload may come at once.
TEST(Reloading, OfTwoAtOnceTheOneThatReadLaterHolds) {
  constexpr int rounds = 50;
  CurrentConfig config{version(0)};
  std::atomic<int> written = 0;  // the file changes before each look
  Reloading reloading(config, [&](const std::filesystem::path&) -> Result<Config> {
    const int read = ++written;
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();  // another one may overtake it
    return version(read);
  });
  std::string recorded;
  std::string expected;
  for (int i = 1; i <= 2 * rounds; ++i) expected += std::to_string(i) + " ";
  const auto reload = [&] {
    for (int i = 0; i < rounds; ++i) {
      const Result<void> outcome = reloading.reload(
          [&](const Result<void>&) { recorded += config.get()->policy_hash + " "; });
      EXPECT_TRUE(outcome.ok());
    }
  };
  std::thread signal(reload);
  reload();
  signal.join();
  EXPECT_EQ(recorded, expected);
}

TEST(Reloading, ABadConfigurationIsRememberedUntilAGoodOneComes) {
  CurrentConfig config{version(0)};
  bool is_bad = true;
  Reloading reloading(config, [&](const std::filesystem::path&) -> Result<Config> {
    if (is_bad) return invalid_request("CONFIG_INVALID", "line 3");
    return version(1);
  });
  const auto ignore = [](const Result<void>&) {};
  EXPECT_EQ(reloading.reload(ignore).error().reason, "CONFIG_INVALID");
  EXPECT_EQ(reloading.trouble(), "line 3");
  EXPECT_EQ(config.get()->policy_hash, "0");
  is_bad = false;
  EXPECT_TRUE(reloading.reload(ignore).ok());
  EXPECT_EQ(reloading.trouble(), "");
  EXPECT_EQ(config.get()->policy_hash, "1");
}

}  // namespace
}  // namespace chancery::daemon
