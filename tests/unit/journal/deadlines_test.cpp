// What leaves before its logs have it: which of it the journal finds, and when it is overdue.
#include <gmock/gmock.h>

#include "daemon/journal/sqlite/schema.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

namespace sqlite = daemon::sqlite;

using daemon::RequestId;
using daemon::RequestState;
using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Deadlines : public ::testing::Test {
 protected:
  RequestId accept_with_deadline(const std::string& key, WallTime record_by) {
    daemon::Acceptance request = acceptance(key);
    request.record_by = record_by;
    return accept(*journal_, request).value().id;
  }
  RequestId sign_with_deadline(const std::string& key, WallTime record_by) {
    const RequestId id = accept_with_deadline(key, record_by);
    EXPECT_TRUE(sign(*journal_, id, entry_body(key)).ok());
    return id;
  }
  void reach(RequestId id, RequestState state) {
    Answer<void> answer;
    journal_->record_remote_step(id, {"timestamp:first", 1, 0, {1}}, state, answer.done());
    EXPECT_TRUE(answer.get().ok());
  }
  RequestId release(const std::string& key, WallTime record_by) {
    const RequestId id = sign_with_deadline(key, record_by);
    reach(id, RequestState::timestamped);
    return id;
  }
  std::vector<RequestId> released(RequestId after = 0) {
    return journal_->released(after, 100).value();
  }
  std::vector<RequestId> overdue_at(WallTime now) { return journal_->record_overdue(now).value(); }
  RequestState state_of(RequestId id) { return journal_->find(id).value()->state; }
  std::string profile() { return acceptance("").profile; }

  TemporaryDirectory directory_;
  std::unique_ptr<daemon::Journal> journal_ = open_journal(directory_ / "journal.db");
};

TEST_F(Deadlines, OnlyWhatHasLeftIsFoundInOrder) {
  accept_with_deadline("accepted", midday);
  sign_with_deadline("signed", midday);
  const RequestId first = release("first", midday);
  const RequestId plain = accept(*journal_, "no deadline");
  EXPECT_TRUE(sign(*journal_, plain, entry_body("no deadline")).ok());
  reach(plain, RequestState::timestamped);
  const RequestId second = release("second", midday);
  EXPECT_THAT(released(), ElementsAre(first, second));
  EXPECT_THAT(released(first), ElementsAre(second));
  EXPECT_EQ(journal_->count_released()->unrecorded, 2U);
  EXPECT_EQ(journal_->find(first).value()->acceptance.record_by, midday);
  EXPECT_EQ(journal_->find(plain).value()->acceptance.record_by, std::nullopt);
}

TEST_F(Deadlines, WhatHasLeftIsNotResumedWithTheOthers) {
  const RequestId waiting = sign_with_deadline("signed", midday);
  release("released", midday);
  const auto unreleased = journal_->unreleased(100).value();
  ASSERT_EQ(unreleased.size(), 1U);
  EXPECT_EQ(unreleased[0].id, waiting);
  EXPECT_EQ(journal_->unfinished(100)->size(), 2U);
}

TEST_F(Deadlines, WhatIsLateBecomesOverdueOnce) {
  const RequestId late = release("late", midday);
  const RequestId later = release("later", midday + hours(1));
  EXPECT_THAT(overdue_at(midday - hours(1)), IsEmpty());
  EXPECT_FALSE(*journal_->has_overdue(profile()));
  EXPECT_THAT(overdue_at(midday), ElementsAre(late));
  EXPECT_THAT(overdue_at(midday), IsEmpty());
  EXPECT_EQ(state_of(late), RequestState::overdue);
  EXPECT_EQ(state_of(later), RequestState::timestamped);
  EXPECT_TRUE(*journal_->has_overdue(profile()));
  EXPECT_FALSE(*journal_->has_overdue("another"));
  EXPECT_EQ(journal_->count_released()->unrecorded, 2U);
  EXPECT_EQ(journal_->count_released()->overdue, 1U);
  EXPECT_THAT(released(), ElementsAre(late, later));
}

TEST_F(Deadlines, WhatNeverLeftIsNotOverdue) {
  sign_with_deadline("signed", midday);
  EXPECT_THAT(overdue_at(midday + hours(1)), IsEmpty());
}

TEST_F(Deadlines, WhatIsDoneOrFailedHasNone) {
  const RequestId late = release("late", midday);
  const RequestId failed = accept_with_deadline("failed", midday);
  EXPECT_THAT(overdue_at(midday), ElementsAre(late));
  ASSERT_TRUE(finish(*journal_, late, "{}").ok());
  ASSERT_TRUE(fail(*journal_, failed, unavailable("GONE", "")).ok());
  EXPECT_FALSE(*journal_->has_overdue(profile()));
  EXPECT_EQ(journal_->count_released()->unrecorded, 0U);
  EXPECT_THAT(released(), IsEmpty());
}

TEST_F(Deadlines, ArePassedOnToTheNextStart) {
  const RequestId late = release("late", midday);
  EXPECT_THAT(overdue_at(midday), ElementsAre(late));
  journal_.reset();
  journal_ = open_journal(directory_ / "journal.db");
  EXPECT_EQ(state_of(late), RequestState::overdue);
  EXPECT_THAT(released(), ElementsAre(late));
  EXPECT_TRUE(*journal_->has_overdue(profile()));
}

TEST_F(Deadlines, JournalThatKnewOfNoneIsBroughtUpToDate) {
  const std::filesystem::path path = directory_ / "older.db";
  {
    const auto older = sqlite::Database::open(path, sqlite::Access::read_write_create, {}).value();
    ASSERT_TRUE(sqlite::migrate(*older, sqlite::migrations().first(4)).ok());
  }
  journal_ = open_journal(path);
  EXPECT_EQ(journal_->count_released()->unrecorded, 0U);
  const RequestId late = release("late", midday);
  EXPECT_THAT(overdue_at(midday), ElementsAre(late));
}

}  // namespace
}  // namespace chancery::testing
