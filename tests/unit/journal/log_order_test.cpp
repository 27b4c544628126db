#include <gtest/gtest.h>

#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

using daemon::AppendedEntry;

class LogOrder : public ::testing::Test {
 protected:
  LogOrder() { open(); }
  void open() {
    journal_.reset();
    daemon::JournalOptions options;
    options.path = directory_ / "journal.db";
    options.on_appended = [this](const std::vector<AppendedEntry>& entries) {
      appended_.insert(appended_.end(), entries.begin(), entries.end());
    };
    journal_ = open_journal(std::move(options));
  }
  daemon::Placed place(const std::string& key, const std::string& body, bool may_repeat) {
    return sign(*journal_, accept(*journal_, key), body, may_repeat).value();
  }

  TemporaryDirectory directory_;
  std::vector<AppendedEntry> appended_;
  std::unique_ptr<daemon::Journal> journal_;
};

TEST_F(LogOrder, EntriesAreNumberedFromZeroAndAnnouncedInOrder) {
  for (std::uint64_t i = 0; i < 5; ++i) {
    const auto placed = place(std::to_string(i), entry_body(std::to_string(i)), false);
    EXPECT_EQ(placed.log_index, i);
    EXPECT_TRUE(placed.is_new);
  }
  ASSERT_EQ(appended_.size(), 5U);
  for (std::uint64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(appended_[i].index, i);
    EXPECT_EQ(appended_[i].leaf, tlog::leaf_hash(as_bytes(entry_body(std::to_string(i)))));
  }
  EXPECT_EQ(journal_->log_size(), 5U);
  const auto rows = journal_->log_entries(3, 10).value();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].index, 3U);
  EXPECT_EQ(rows[0].body, entry_body("3"));
  EXPECT_EQ(rows[0].leaf, appended_[3].leaf);
}

TEST_F(LogOrder, IdenticalEntryThatMayRepeatSharesItsPlaceForEver) {
  place("a", "other", true);
  EXPECT_EQ(place("b", "same", true).log_index, 1U);
  const auto again = place("c", "same", true);
  EXPECT_EQ(again.log_index, 1U);
  EXPECT_FALSE(again.is_new);
  ASSERT_TRUE(journal_->record_projection({2, tlog::Hash{}}).ok());
  open();
  const auto later = place("d", "same", true);
  EXPECT_EQ(later.log_index, 1U);
  EXPECT_FALSE(later.is_new);
  EXPECT_EQ(journal_->log_size(), 2U);
  EXPECT_EQ(appended_.size(), 2U);
}

TEST_F(LogOrder, IdenticalEntriesInOneCommitShareOnePlace) {
  const auto one = accept(*journal_, "one");
  const auto two = accept(*journal_, "two");
  std::promise<void> held;
  std::promise<void> reached;
  journal_->record_refusal({}, [&](const Result<void>&) {
    reached.set_value();
    held.get_future().wait();
  });
  reached.get_future().wait();
  Answer<daemon::Placed> first;
  Answer<daemon::Placed> second;
  journal_->record_signed(one, {1}, "spki", "same", true, first.done());
  journal_->record_signed(two, {1}, "spki", "same", true, second.done());
  held.set_value();
  EXPECT_TRUE(first.get()->is_new);
  EXPECT_FALSE(second.get()->is_new);
  EXPECT_EQ(journal_->log_size(), 1U);
  EXPECT_EQ(appended_.size(), 1U);
}

TEST_F(LogOrder, ProjectedRowsAreForgottenAndTheOrderGoesOn) {
  for (int i = 0; i < 4; ++i) place(std::to_string(i), entry_body(std::to_string(i)), false);
  tlog::Hash root{};
  root[0] = 7;
  ASSERT_TRUE(journal_->record_projection({3, root}).ok());
  EXPECT_EQ(journal_->log_entries(0, 10).value().size(), 1U);
  ASSERT_TRUE(journal_->record_projection({4, root}).ok());
  EXPECT_TRUE(journal_->log_entries(0, 10).value().empty());
  open();
  EXPECT_EQ(journal_->log_size(), 4U);
  EXPECT_EQ(journal_->projection()->size, 4U);
  EXPECT_EQ(journal_->projection()->root, root);
  EXPECT_EQ(place("next", "next", false).log_index, 4U);
}

TEST_F(LogOrder, NewJournalHasAnEmptyLog) {
  EXPECT_EQ(journal_->log_size(), 0U);
  EXPECT_EQ(journal_->projection()->size, 0U);
  EXPECT_TRUE(journal_->log_entries(0, 10).value().empty());
}

}  // namespace
}  // namespace chancery::testing
