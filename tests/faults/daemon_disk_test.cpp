// The whole daemon on disks that fill up, and have room again.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <algorithm>

#include "tests/end_to_end/running_daemon.h"
#include "tests/support/disk/small_disk.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

namespace fs = std::filesystem;

// Room for the journal's log and its reserve, and some MiB of work.
constexpr const char* journal_disk = "72m";
// Some tiles and bundles.
constexpr const char* log_disk = "size=128k";

class DaemonDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = disk_.mount(directory_.path(), journal_disk)) GTEST_SKIP() << *why;
    daemon_.emplace(directory_.path());
  }

  std::string sign(std::string_view key) {
    const auto reply = daemon_->sign(sign_request(key, key));
    return reply.ok() ? "signed" : reply.error().reason;
  }
  v1::StatusReply status() { return daemon_->status(); }
  v1::Alarm alarm(std::string_view name) { return daemon_->alarm(name); }
  static void fill(const fs::path& directory) { SmallDisk::fill(directory); }
  static void make_room(const fs::path& directory) { SmallDisk::make_room(directory); }

  TemporaryDirectory directory_;
  SmallDisk disk_;
  std::optional<RunningDaemon> daemon_;
};

TEST_F(DaemonDisk, AFullJournalRefusesAndSignsAgainWhenThereIsRoom) {
  ASSERT_EQ(sign("before"), "signed");
  fill(directory_.path());
  EXPECT_EQ(sign("meanwhile"), "JOURNAL_DISK_FULL");
  EXPECT_EQ(status().log_size(), 1U);
  EXPECT_EQ(sign("before"), "signed") << "the same key, the same answer";
  v1::GetSignatureRequest get;
  get.set_idempotency_key("before");
  EXPECT_TRUE(daemon_->call<v1::SignReply>(signer, "GetSignature", get).ok());
  make_room(directory_.path());
  EXPECT_EQ(sign("meanwhile"), "signed");
  EXPECT_EQ(status().log_size(), 2U);
  EXPECT_EQ(daemon_->process().stop(), 0) << daemon_->standard_error();
}

TEST_F(DaemonDisk, AFullLogFollowsWhenThereIsRoom) {
  ASSERT_EQ(daemon_->process().stop(), 0);
  const fs::path log = daemon_->state() / "log";
  fs::remove_all(log);
  fs::create_directory(log);
  ASSERT_EQ(mount("tmpfs", log.c_str(), "tmpfs", 0, log_disk), 0);
  daemon_->start();
  ASSERT_EQ(sign("before"), "signed");
  fill(log);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(sign(std::to_string(i)), "signed");
  EXPECT_LT(status().published_size(), 21U);
  const Patience hope;
  while (alarm("log-files").reason() != "FILE_DISK_FULL" && !hope.ended()) {
  }
  EXPECT_NE(alarm("log-files").what().find(log.string()), std::string::npos);
  EXPECT_NE(alarm("log-files").what().find("No space left on device"), std::string::npos);
  make_room(log);
  const Patience patience;
  while (status().published_size() < 21 && !patience.ended()) {
  }
  EXPECT_EQ(status().published_size(), 21U);
  while (!alarm("log-files").name().empty() && !patience.ended()) {
  }
  EXPECT_EQ(alarm("log-files").name(), "");
  EXPECT_EQ(daemon_->process().stop(), 0) << daemon_->standard_error();
}

// Room is kept back for what was accepted; here somebody else has taken it meanwhile.
TEST(FullWhenSigned, ARequestFailsWhenThatCanBeRecordedAndItsKeyStartsAnew) {
  const TemporaryDirectory directory;
  const fs::path full = directory / "full";
  write_text(full, "");
  RunningDaemon daemon;
  ASSERT_EQ(daemon.process().stop(), 0);
  DaemonOptions options = daemon.options();
  options.program = CHANCERY_STAGED_DAEMON;
  options.environment = {{"CHANCERY_FULL", full}};
  daemon.start(options);
  const auto look = [&] {
    v1::GetSignatureRequest get;
    get.set_idempotency_key("one");
    return *daemon.call<v1::SignReply>(signer, "GetSignature", get);
  };
  const auto alarms = [&] {
    return daemon.call<v1::StatusReply>("chancery.v1.Admin", "Status", v1::StatusRequest())
        ->alarms();
  };

  const auto refused = daemon.sign(sign_request("one", "one"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().reason, "JOURNAL_DISK_FULL");
  EXPECT_EQ(look().state(), v1::STATE_ACCEPTED);
  EXPECT_EQ(look().trouble().reason(), "JOURNAL_DISK_FULL");
  const auto has_alarm = [&] {
    const auto standing = alarms();
    return std::any_of(standing.begin(), standing.end(), [&](const v1::Alarm& alarm) {
      return alarm.name() == "requests" && alarm.reason() == "JOURNAL_DISK_FULL";
    });
  };
  const Patience patience;
  while (!has_alarm() && !patience.ended()) {
  }
  EXPECT_TRUE(has_alarm());

  fs::remove(full);
  while (look().state() != v1::STATE_FAILED && !patience.ended()) {
  }
  EXPECT_EQ(look().state(), v1::STATE_FAILED);
  EXPECT_EQ(look().failure().reason(), "JOURNAL_DISK_FULL");
  EXPECT_FALSE(look().has_trouble());
  while (has_alarm() && !patience.ended()) {
  }
  EXPECT_FALSE(has_alarm());
  const auto signed_now = daemon.sign(sign_request("one", "one"));
  ASSERT_TRUE(signed_now.ok()) << signed_now.error().message;
  EXPECT_EQ(signed_now->log_index(), 0U);
  EXPECT_EQ(daemon.process().stop(), 0) << daemon.standard_error();
}

TEST_F(DaemonDisk, IsAnAlarmBeforeItIsFullAndNoneWhenThereIsRoom) {
  {
    std::ofstream ballast(directory_.path() / "ballast", std::ios::binary);
    // Less than half of it, and more than the journal keeps back.
    while (fs::space(directory_.path()).available > (34U << 20)) {
      ballast << std::string(1U << 20, 'x') << std::flush;
    }
  }
  const Patience patience;
  while (alarm("journal-disk").name().empty() && !patience.ended()) {
  }
  EXPECT_EQ(alarm("journal-disk").reason(), "DISK_NEARLY_FULL");
  EXPECT_EQ(sign("meanwhile"), "signed");
  make_room(directory_.path());
  while (!alarm("journal-disk").name().empty() && !patience.ended()) {
  }
  EXPECT_EQ(alarm("journal-disk").name(), "");
}

}  // namespace
}  // namespace chancery::testing
