// What the watchdog takes for a hanging worker, and what not.
#include "daemon/progress.h"

#include <gtest/gtest.h>

#include "tests/support/journal/log_host.h"
#include "tests/support/patience.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

class WatchedDaemon : public ::testing::Test {
 protected:
  WatchedDaemon() {
    host_.open().value();
    auto device = std::make_unique<FakeKeyHost>();
    device_ = device.get();
    keys_.add("device", std::move(device));
    watch_progress(watchdog_, {host_.journal(), keys_, host_.log(), nullptr});
  }
  // Held, so that it waits for the device at the next look.
  void ask_device() {
    device_->hold();
    device_->sign("key", Bytes(32, 7), Deadline::after(std::chrono::seconds(60)),
                  [](const Result<Bytes>&) {});
  }
  void let_device_answer() {
    device_->release();
    while (device_->state().waiting != 0) pause_briefly();
  }

  TemporaryDirectory directory_;
  LogHost host_{directory_.path()};
  daemon::KeyRing keys_;
  FakeKeyHost* device_ = nullptr;
  daemon::Watchdog watchdog_;
};

TEST_F(WatchedDaemon, ADeviceThatAnswersNothingIsNamed) {
  ask_device();
  EXPECT_EQ(watchdog_.find_hanging_worker(), "");
  EXPECT_EQ(watchdog_.find_hanging_worker(), "backend device");
}

// It would do so after a restart, too.
TEST_F(WatchedDaemon, ADeviceThatOnlyRefusesMakesProgress) {
  device_->fail_with(unavailable("TOKEN_REFUSED", "as the test wants"));
  ask_device();
  for (int look = 0; look < 3; ++look) {
    EXPECT_EQ(watchdog_.find_hanging_worker(), "");
    let_device_answer();
    ask_device();
  }
}

TEST_F(WatchedDaemon, WhatWaitsUntilABackendHasOpenedIsNoReasonToEndTheDaemon) {
  device_->set_up(false);
  ask_device();
  EXPECT_EQ(watchdog_.find_hanging_worker(), "");
  EXPECT_EQ(watchdog_.find_hanging_worker(), "");
}

// A backup may take minutes.
TEST_F(WatchedDaemon, ALogWhoseFilesAreHeldStillIsNotHanging) {
  const Result<void> copied = host_.log().while_still([&](const daemon::Projection&) {
    host_.append(1);
    EXPECT_TRUE(host_.inclusion(0).ok());  // the checkpoint is signed; its files have to wait
    EXPECT_EQ(watchdog_.find_hanging_worker(), "");
    EXPECT_EQ(watchdog_.find_hanging_worker(), "");
    return Result<void>();
  });
  EXPECT_TRUE(copied.ok());
  EXPECT_EQ(watchdog_.find_hanging_worker(), "");
  host_.wait_until_published();
}

// One that begins after a look and ends before the next has moved the log on.
TEST_F(WatchedDaemon, ABackupBetweenTwoLooksIsAStepOfTheLog) {
  const std::uint64_t before = host_.log().tries();
  EXPECT_TRUE(
      host_.log().while_still([](const daemon::Projection&) { return Result<void>(); }).ok());
  EXPECT_GT(host_.log().tries(), before);
}

}  // namespace
}  // namespace chancery::testing
