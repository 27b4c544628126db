// When a device is asked whether it is there.
#include "backends/host/device_watch.h"

#include <gtest/gtest.h>

namespace chancery::host {
namespace {

using namespace std::chrono_literals;

const DeviceWatch::Time start{1000s};
constexpr DeviceWatch::Time never = DeviceWatch::Time::max();

class DeviceWatchTest : public ::testing::Test {
 protected:
  DeviceWatch watch_{10s, 3s, 20s};
};

TEST_F(DeviceWatchTest, IsAskedOnceNothingWasHeardForAnInterval) {
  watch_.host_came(true, start);
  EXPECT_FALSE(watch_.is_due(start + 9s));
  EXPECT_TRUE(watch_.is_due(start + 10s));
  EXPECT_EQ(watch_.next_check(true), start + 10s);
}

TEST_F(DeviceWatchTest, WhoeverSignsNeedsNotAsk) {
  watch_.host_came(true, start);
  watch_.answered(start + 9s);
  EXPECT_FALSE(watch_.is_due(start + 18s));
  EXPECT_TRUE(watch_.is_due(start + 19s));
}

// Or the thread that waits for it would wake again and again while the host is busy.
TEST_F(DeviceWatchTest, BusyHostIsNotWaitedFor) {
  watch_.host_came(true, start);
  EXPECT_EQ(watch_.next_check(false), never);
}

TEST_F(DeviceWatchTest, OwesItsAnswerInTimeToWhoeverWaitsAndIsAskedNothingElseMeanwhile) {
  watch_.host_came(true, start);
  watch_.asked(start + 10s);
  EXPECT_TRUE(watch_.is_asked());
  EXPECT_FALSE(watch_.is_due(start + 60s));
  EXPECT_FALSE(watch_.hangs(start + 12s, false));
  EXPECT_TRUE(watch_.hangs(start + 13s, false));
  EXPECT_EQ(watch_.next_check(true), start + 13s);
  EXPECT_EQ(watch_.next_check(false), start + 13s);
  watch_.answered_probe(start + 12s);
  EXPECT_FALSE(watch_.hangs(start + 60s, false));
  EXPECT_EQ(watch_.next_check(true), start + 22s);
}

// Somebody else may keep it busy.
TEST_F(DeviceWatchTest, IsLateBeforeItHangsWhereNobodyWaits) {
  watch_.host_came(true, start);
  watch_.asked(start + 10s);
  EXPECT_FALSE(watch_.becomes_late(start + 12s));
  EXPECT_FALSE(watch_.is_late());
  EXPECT_TRUE(watch_.becomes_late(start + 13s));
  EXPECT_TRUE(watch_.is_late());
  EXPECT_FALSE(watch_.becomes_late(start + 14s));
  EXPECT_FALSE(watch_.hangs(start + 29s, true));
  EXPECT_TRUE(watch_.hangs(start + 29s, false));
  EXPECT_TRUE(watch_.hangs(start + 30s, true));
  EXPECT_EQ(watch_.next_check(true), start + 30s);
  EXPECT_EQ(watch_.next_check(false), start + 13s);
  watch_.answered_probe(start + 29s);
  EXPECT_FALSE(watch_.is_late());
  EXPECT_EQ(watch_.next_check(true), start + 39s);
}

TEST_F(DeviceWatchTest, BackendWithoutADeviceIsNeverAsked) {
  watch_.host_came(false, start);
  watch_.answered(start);
  EXPECT_FALSE(watch_.is_due(start + 1000s));
  EXPECT_EQ(watch_.next_check(true), never);
}

TEST_F(DeviceWatchTest, HostThatWentOwesNothing) {
  watch_.host_came(true, start);
  watch_.asked(start + 10s);
  watch_.host_went();
  EXPECT_FALSE(watch_.hangs(start + 60s, false));
  EXPECT_FALSE(watch_.is_late());
  EXPECT_EQ(watch_.next_check(true), never);
}

}  // namespace
}  // namespace chancery::host
