#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

using daemon::RequestState;

class Backup : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
  std::unique_ptr<daemon::Journal> journal_ = open_journal(directory_ / "journal.db");
};

TEST_F(Backup, IsAWholeJournal) {
  const auto id = accept(*journal_, "k");
  ASSERT_TRUE(sign(*journal_, id, entry_body("k")).ok());
  ASSERT_TRUE(finish(*journal_, id, "{bundle}").ok());
  const std::string receipt = journal_->receipts().receipt_for(id);
  const auto copied = journal_->copy_to(directory_ / "copy.db");
  ASSERT_TRUE(copied.ok()) << copied.error().message;
  EXPECT_FALSE(std::filesystem::exists(directory_ / "copy.db-wal"));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "copy.db.part"));

  const auto copy = open_journal(directory_ / "copy.db");
  EXPECT_EQ(copy->receipts().request_of(receipt).value(), id);
  EXPECT_EQ(copy->find(id).value()->bundle, "{bundle}");
  EXPECT_EQ(copy->log_size(), 1U);
}

TEST_F(Backup, ReplacesNothing) {
  write_text(directory_ / "copy.db", "precious");
  EXPECT_EQ(journal_->copy_to(directory_ / "copy.db").error().reason, "BACKUP_EXISTS");
  EXPECT_EQ(read_text(directory_ / "copy.db"), "precious");
}

TEST_F(Backup, WhereNothingCanBeWrittenIsAnError) {
  const auto copied = journal_->copy_to(directory_ / "missing" / "copy.db");
  ASSERT_FALSE(copied.ok());
  EXPECT_EQ(copied.error().reason, "JOURNAL_UNREADABLE");
}

TEST_F(Backup, UnderLoadIsOneMomentOfTheJournal) {
  std::atomic<bool> stop = false;
  std::thread load([&] {
    for (int i = 0; !stop; ++i) {
      const std::string key = std::to_string(i);
      const auto id = accept(*journal_, key);
      sign(*journal_, id, entry_body(key)).value();
      finish(*journal_, id, std::string(2000, 'b')).value();
    }
  });
  for (int round = 0; round < 5; ++round) {
    const auto before = journal_->log_size();
    const auto path = directory_ / ("copy" + std::to_string(round));
    const auto copied = journal_->copy_to(path);
    EXPECT_TRUE(copied.ok()) << copied.error().message;
    const auto copy = daemon::Journal::open({.path = path});
    ASSERT_TRUE(copy.ok()) << copy.error().message;
    EXPECT_GE((*copy)->log_size(), before);
    EXPECT_EQ((*copy)->log_entries(0, 100000)->size(), (*copy)->log_size());
  }
  stop = true;
  load.join();
}

}  // namespace
}  // namespace chancery::testing
