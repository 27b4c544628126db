#include <gmock/gmock.h>
#include <sys/mount.h>

#include <fstream>

#include "tests/support/disk/small_disk.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

using ::testing::HasSubstr;

// A disk of 8 MiB that only this process sees.
class DiskFull : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = disk_.mount(directory_.path(), "8m")) GTEST_SKIP() << *why;
  }
  void open(std::uint64_t reserve_bytes) {
    daemon::JournalOptions options;
    options.path = directory_ / "journal.db";
    options.reserve_bytes = reserve_bytes;
    journal_ = open_journal(std::move(options));
  }
  void fill() { SmallDisk::fill(directory_.path()); }
  void make_room() { SmallDisk::make_room(directory_.path()); }

  TemporaryDirectory directory_;
  SmallDisk disk_;
  std::unique_ptr<daemon::Journal> journal_;
};

TEST_F(DiskFull, NothingNewIsAcceptedWhileWhatWasAcceptedIsFinished) {
  open(4U << 20);
  const auto id = accept(*journal_, "before");
  {
    std::ofstream ballast(directory_ / "ballast", std::ios::binary);
    ballast << std::string(5U << 20, 'x');
  }
  const auto refused = accept(*journal_, acceptance("after"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "JOURNAL_DISK_FULL");
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(sign(*journal_, id, entry_body("before")).ok());
  EXPECT_TRUE(finish(*journal_, id, "{}").ok());
  make_room();
  EXPECT_TRUE(accept(*journal_, acceptance("after")).ok());
}

TEST_F(DiskFull, CommitThatDoesNotFitIsAnErrorAndTheJournalLivesOn) {
  open(0);
  const auto one = accept(*journal_, "one");
  const auto two = accept(*journal_, "two");
  ASSERT_TRUE(sign(*journal_, one, entry_body("one")).ok());
  fill();
  const auto refused = sign(*journal_, two, std::string(100000, 'b'));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "JOURNAL_DISK_FULL");
  EXPECT_THAT(refused.error().message, HasSubstr("free space"));
  EXPECT_EQ(accept(*journal_, acceptance("three")).error().reason, "JOURNAL_DISK_FULL");
  EXPECT_EQ(journal_->log_size(), 1U);
  EXPECT_EQ(journal_->find(two).value()->state, daemon::RequestState::accepted);

  make_room();
  EXPECT_EQ(sign(*journal_, two, entry_body("two"))->log_index, 1U);
  journal_.reset();
  open(0);
  EXPECT_EQ(journal_->log_size(), 2U);
  EXPECT_EQ(journal_->unfinished(10)->size(), 2U);
}

TEST_F(DiskFull, JournalFilledToTheBrimOpensAgain) {
  open(0);
  std::size_t accepted = 0;
  for (int i = 0; accept(*journal_, acceptance(std::to_string(i))).ok(); ++i) ++accepted;
  journal_.reset();
  const auto refused = daemon::Journal::open({.path = directory_ / "journal.db"});
  if (!refused.ok()) {
    EXPECT_EQ(refused.error().reason, "JOURNAL_DISK_FULL");
  }
  std::filesystem::remove(directory_ / "journal.db-shm");
  ASSERT_EQ(mount("tmpfs", directory_.path().c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0);
  open(0);
  EXPECT_TRUE(journal_->find(static_cast<std::int64_t>(accepted)).value());
}

}  // namespace
}  // namespace chancery::testing
