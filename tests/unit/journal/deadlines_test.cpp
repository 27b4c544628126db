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
using ::testing::Pair;

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
  RequestId release(const std::string& key, WallTime record_by,
                    const std::vector<std::string>& logs = {"log:a"}) {
    const RequestId id = sign_with_deadline(key, record_by);
    Answer<void> answer;
    journal_->record_released(id, {"timestamp:first", 1, 0, {1}}, logs, answer.done());
    EXPECT_TRUE(answer.get().ok());
    return id;
  }
  void record_in(const std::string& log, RequestId id, const Bytes& entry = {1}) {
    Answer<void> answer;
    journal_->record_remote_step(id, {log, 1, 0, entry}, std::nullopt, answer.done());
    EXPECT_TRUE(answer.get().ok());
  }
  std::vector<RequestId> awaited_by(std::string_view log, RequestId after = 0) {
    return journal_->awaited(log, after, 100).value();
  }
  std::vector<RequestId> recorded() { return journal_->recorded(0, 100).value(); }
  daemon::Released counts() { return journal_->count_released().value(); }
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
  EXPECT_THAT(awaited_by("log:a"), ElementsAre(first, second));
  EXPECT_THAT(awaited_by("log:a", first), ElementsAre(second));
  EXPECT_EQ(counts().unrecorded, 2U);
  EXPECT_EQ(journal_->find(first).value()->acceptance.record_by, midday);
  EXPECT_EQ(journal_->find(plain).value()->acceptance.record_by, std::nullopt);
}

TEST_F(Deadlines, EachLogHasAQueueOfItsOwn) {
  const RequestId both = release("both", midday, {"log:a", "log:b"});
  const RequestId one = release("one", midday, {"log:b"});
  EXPECT_THAT(awaited_by("log:a"), ElementsAre(both));
  EXPECT_THAT(awaited_by("log:b"), ElementsAre(both, one));
  EXPECT_THAT(counts().awaited, ElementsAre(Pair("log:a", 1), Pair("log:b", 2)));
  record_in("log:b", both);
  record_in("log:b", one);
  EXPECT_THAT(awaited_by("log:a"), ElementsAre(both));
  EXPECT_THAT(awaited_by("log:b"), IsEmpty());
  EXPECT_THAT(counts().awaited, ElementsAre(Pair("log:a", 1), Pair("log:b", 0)));
  EXPECT_EQ(counts().unrecorded, 2U) << "the archive has neither";
}

TEST_F(Deadlines, WhatAllItsLogsHaveIsLogged) {
  const RequestId id = release("both", midday, {"log:a", "log:b"});
  record_in("log:a", id, /*entry=*/{});  // asked, and not answered
  record_in("log:b", id);
  EXPECT_EQ(state_of(id), RequestState::timestamped);
  EXPECT_THAT(recorded(), IsEmpty());
  record_in("log:a", id);
  EXPECT_EQ(state_of(id), RequestState::logged);
  EXPECT_THAT(recorded(), ElementsAre(id));
  ASSERT_TRUE(finish(*journal_, id, "{}").ok());
  EXPECT_THAT(recorded(), IsEmpty());
  EXPECT_EQ(counts().unrecorded, 0U);
}

TEST_F(Deadlines, WhatWaitedForItsLogsIsNotFoundAmongWhatLeftWithoutThem) {
  const RequestId id = accept(*journal_, "no deadline");
  EXPECT_TRUE(sign(*journal_, id, entry_body("no deadline")).ok());
  reach(id, RequestState::logged);
  EXPECT_THAT(recorded(), IsEmpty());
}

TEST_F(Deadlines, WhatHasLeftIsNotResumedWithTheOthers) {
  const RequestId waiting = sign_with_deadline("signed", midday);
  release("released", midday);
  const auto unreleased = journal_->unreleased(100).value();
  ASSERT_EQ(unreleased.size(), 1U);
  EXPECT_EQ(unreleased[0].id, waiting);
  EXPECT_EQ(journal_->unfinished(100)->size(), 2U);
}

TEST_F(Deadlines, WhatHasNotLeftIsFoundPageByPage) {
  EXPECT_EQ(journal_->newest().value(), 0);
  const RequestId first = sign_with_deadline("first", midday);
  release("released", midday);
  const RequestId second = sign_with_deadline("second", midday);
  const RequestId third = sign_with_deadline("third", midday);
  EXPECT_THAT(journal_->unreleased_after(0, 2).value(), ElementsAre(first, second));
  EXPECT_THAT(journal_->unreleased_after(second, 2).value(), ElementsAre(third));
  EXPECT_THAT(journal_->unreleased_after(third, 2).value(), IsEmpty());
  EXPECT_EQ(journal_->newest().value(), third);
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
  EXPECT_EQ(counts().unrecorded, 2U);
  EXPECT_EQ(counts().overdue, 1U);
  EXPECT_THAT(awaited_by("log:a"), ElementsAre(late, later));
  record_in("log:a", late);
  EXPECT_EQ(state_of(late), RequestState::logged);
  EXPECT_EQ(counts().overdue, 1U) << "until it is done";
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
  EXPECT_EQ(counts().unrecorded, 0U);
  EXPECT_EQ(counts().overdue, 0U);
}

TEST_F(Deadlines, ArePassedOnToTheNextStart) {
  const RequestId late = release("late", midday);
  EXPECT_THAT(overdue_at(midday), ElementsAre(late));
  journal_.reset();
  journal_ = open_journal(directory_ / "journal.db");
  EXPECT_EQ(state_of(late), RequestState::overdue);
  EXPECT_THAT(awaited_by("log:a"), ElementsAre(late));
  EXPECT_THAT(counts().awaited, ElementsAre(Pair("log:a", 1)));
  EXPECT_TRUE(*journal_->has_overdue(profile()));
}

TEST_F(Deadlines, JournalThatKnewOfNoneIsBroughtUpToDate) {
  const std::filesystem::path path = directory_ / "older.db";
  {
    const auto older = sqlite::Database::open(path, sqlite::Access::read_write_create, {}).value();
    ASSERT_TRUE(sqlite::migrate(*older, sqlite::migrations().first(4)).ok());
  }
  journal_ = open_journal(path);
  EXPECT_EQ(counts().unrecorded, 0U);
  const RequestId late = release("late", midday);
  EXPECT_THAT(overdue_at(midday), ElementsAre(late));
}

// As such a journal has them: the queues follow from the plans, and from what logs have answered.
TEST_F(Deadlines, JournalWithOneQueueForAllIsBroughtUpToDate) {
  const std::filesystem::path path = directory_ / "older.db";
  {
    const auto older = sqlite::Database::open(path, sqlite::Access::read_write_create, {}).value();
    ASSERT_TRUE(sqlite::migrate(*older, sqlite::migrations().first(6)).ok());
    ASSERT_TRUE(
        older
            ->run("INSERT INTO unfinished VALUES(1, 1), (2, 2), (3, 7), (4, 3), (5, 2);"
                  "INSERT INTO deadlines VALUES(1, 'p', 9, 0), (2, 'p', 9, 0), (3, 'p', 9, 1),"
                  " (4, 'p', 9, 0);"
                  "INSERT INTO remote_plans SELECT column1, 'logs a b' || char(10) ||"
                  " 'timestamps 1 t' || char(10) FROM (VALUES(1), (2), (3), (4), (5));"
                  "INSERT INTO remote_steps VALUES(2, 'log:a', 1, 0, x''),"
                  " (3, 'log:a', 1, 0, x'01'), (4, 'log:a', 1, 0, x'01'),"
                  " (4, 'log:b', 1, 0, x'01')")
            .ok());
  }
  journal_ = open_journal(path);
  EXPECT_THAT(awaited_by("log:a"), ElementsAre(2));
  EXPECT_THAT(awaited_by("log:b"), ElementsAre(2, 3));
  EXPECT_THAT(recorded(), ElementsAre(4));
  EXPECT_EQ(counts().unrecorded, 3U);
  EXPECT_EQ(counts().overdue, 1U);
  EXPECT_THAT(counts().awaited, ElementsAre(Pair("log:a", 1), Pair("log:b", 2)));
  record_in("log:b", 3);
  EXPECT_THAT(recorded(), ElementsAre(3, 4));
}

}  // namespace
}  // namespace chancery::testing
