#include <gtest/gtest.h>

#include "daemon/journal/sqlite/database.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

namespace sqlite = daemon::sqlite;

class Decisions : public ::testing::Test {
 protected:
  std::unique_ptr<sqlite::Database> reading() {
    return sqlite::Database::open(directory_ / "journal.db", sqlite::Access::read_only, {}).value();
  }
  TemporaryDirectory directory_;
  std::unique_ptr<daemon::Journal> journal_ = open_journal(directory_ / "journal.db");
};

TEST_F(Decisions, EachDecisionIsARowWhetherAllowedOrRefused) {
  const auto id = accept(*journal_, "k");
  daemon::Refusal refusal;
  refusal.uid = 1001;
  refusal.method = "Signer.Sign";
  refusal.profile = "release";
  refusal.reason = "NO_RULE";
  refusal.message = "no rule lets uid 1001 sign with release";
  refusal.at = midday;
  ASSERT_TRUE(refuse(*journal_, refusal).ok());
  const auto database = reading();
  sqlite::Statement all(*database,
                        "SELECT allowed, uid, method, profile, rule, reason, request"
                        " FROM decisions ORDER BY allowed DESC");
  sqlite::Rows rows = all.rows();
  ASSERT_TRUE(rows.next().value());
  EXPECT_EQ(rows.integer(0), 1);
  EXPECT_EQ(rows.integer(1), 1000);
  EXPECT_EQ(rows.text(2), "Signer.Sign");
  EXPECT_EQ(rows.text(4), "builders");
  EXPECT_EQ(rows.integer(6), id);
  ASSERT_TRUE(rows.next().value());
  EXPECT_EQ(rows.integer(0), 0);
  EXPECT_EQ(rows.integer(1), 1001);
  EXPECT_EQ(rows.text(3), "release");
  EXPECT_EQ(rows.text(5), "NO_RULE");
  EXPECT_TRUE(rows.is_null(6));
  EXPECT_FALSE(rows.next().value());
}

TEST_F(Decisions, LongMessagesAreCutSoThatACallerCannotFillTheDiskWithThem) {
  daemon::Refusal refusal;
  refusal.message = std::string(100000, 'x');
  ASSERT_TRUE(refuse(*journal_, refusal).ok());
  EXPECT_EQ(reading()->integer("SELECT length(message) FROM refusals").value(), 1024);
}

TEST_F(Decisions, OldRefusalsAreForgottenWithTheRest) {
  daemon::Refusal refusal;
  refusal.at = midday;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(refuse(*journal_, refusal).ok());
  ASSERT_TRUE(journal_->forget_before(midday + std::chrono::hours(1)).ok());
  EXPECT_EQ(reading()->integer("SELECT count(*) FROM refusals").value(), 1);
}

TEST_F(Decisions, FullQueueRefusesNewWorkAtOnce) {
  daemon::JournalOptions options;
  options.path = directory_ / "other.db";
  options.queue_max = 2;
  // All of these outlive the journal, which answers everybody in the end.
  std::vector<std::string> outcomes;
  std::mutex mutex;
  std::promise<void> held;
  std::promise<void> reached;
  const auto journal = open_journal(std::move(options));
  journal->record_refusal({}, [&](const Result<void>&) {
    reached.set_value();
    held.get_future().wait();
  });
  reached.get_future().wait();
  for (int i = 0; i < 4; ++i) {
    journal->accept(acceptance(std::to_string(i)), [&](const Result<daemon::Accepted>& accepted) {
      const std::lock_guard lock(mutex);
      outcomes.push_back(accepted.ok() ? "ok" : accepted.error().reason);
    });
  }
  {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(outcomes, (std::vector<std::string>(2, "JOURNAL_QUEUE_FULL")));
  }
  held.set_value();
}

}  // namespace
}  // namespace chancery::testing
