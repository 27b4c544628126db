// One signature into a log that is in doubt, ill or contradictory: what the finisher makes of it.
#include <gmock/gmock.h>

#include "core/base/limits/services.h"
#include "tests/support/patience.h"
#include "tests/unit/finisher/finisher_fixture.h"

namespace chancery::daemon {
namespace {

using chancery::testing::entry_body;
using services::LogSearch;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Error in_doubt = outcome_unknown("LOG_FAILED", "");
const Error unreadable = unavailable("LOG_READ_FAILED", "");
const LogSearch nothing{std::nullopt, 3, /*is_whole=*/true};

LogSearch found_at(std::uint64_t index) { return {entry_at(index), index + 1, /*is_whole=*/true}; }

class LogStepTest : public FinisherFixture {
 protected:
  LogStepTest() { add_log("second"); }
  static Plan plan(const std::string& log) {
    return {.logs = {log}, .authorities = {}, .timestamps = 0};
  }
  Unfinished work() const { return FinisherFixture::work(plan("first")); }
  std::future<Result<Finished>> begin() { return FinisherFixture::begin(plan("first")); }
  // The place of the entry that is referred to.
  std::uint64_t finish() {
    start();
    const Result<Finished> finished = begin().get();
    EXPECT_TRUE(finished.ok());
    return finished.ok() ? finished->entries.at(0).log_index : 0;
  }
  void finish_another() {
    id_ = chancery::testing::accept(*journal_, "b");
    EXPECT_TRUE(chancery::testing::sign(*journal_, id_, entry_body("b")).ok());
    EXPECT_TRUE(begin().get().ok());
  }
  std::string duplicates() { return journal_->setting(log_duplicates_setting)->value_or(""); }

  ScriptedLog* const log_ = &add_log("first");
};

TEST_F(LogStepTest, EntryAddedAtOnceIsTheOneReferredTo) {
  log_->adds = {entry_at(5)};
  EXPECT_EQ(finish(), 5U);
  EXPECT_FALSE(journal_->remote_steps(id_)->at(0).answer.empty());
}

TEST_F(LogStepTest, EntryThatIsThereTwiceIsReferredToByItsFirstPlace) {
  log_->adds = {in_doubt, entry_at(5)};
  log_->searches = {nothing, found_at(3)};
  EXPECT_EQ(finish(), 3U);
  EXPECT_EQ(duplicates(), "1");
  EXPECT_THAT(log_->searched_from, ElementsAre(2, 2));
}

TEST_F(LogStepTest, SearchForTheFirstThatFailsIsMadeAgain) {
  log_->adds = {in_doubt, entry_at(5)};
  log_->searches = {nothing, unreadable, found_at(3)};
  EXPECT_EQ(finish(), 3U);
  EXPECT_EQ(duplicates(), "1");
}

TEST_F(LogStepTest, SearchForTheFirstGoesOnWhereItStopped) {
  log_->adds = {in_doubt, entry_at(9000)};
  log_->searches = {nothing, LogSearch{std::nullopt, 4096, /*is_whole=*/false}, found_at(5000)};
  EXPECT_EQ(finish(), 5000U);
  EXPECT_EQ(duplicates(), "1");
  EXPECT_THAT(log_->searched_from, ElementsAre(2, 2, 4096));
}

TEST_F(LogStepTest, RefusedAfterADoubtItIsLookedForAgain) {
  log_->adds = {in_doubt, unsupported("LOG_FROZEN", "")};
  log_->searches = {nothing, found_at(3)};
  EXPECT_EQ(finish(), 3U);
  EXPECT_EQ(duplicates(), "");
}

TEST_F(LogStepTest, FilesThatLagBehindAreNoAlarm) {
  log_->adds = {in_doubt};
  log_->searches = {unavailable("LOG_NOT_YET_PUBLISHED", ""), found_at(3)};
  EXPECT_EQ(finish(), 3U);
  EXPECT_THAT(finisher_->alarms().at(0).counts, IsEmpty());
}

TEST_F(LogStepTest, EntryThatIsThereOnceIsNoDuplicate) {
  log_->adds = {in_doubt, entry_at(5)};
  log_->searches = {nothing, nothing};  // the checkpoint does not reach it yet
  EXPECT_EQ(finish(), 5U);
  EXPECT_EQ(duplicates(), "");
}

TEST_F(LogStepTest, AnswerThatTheJournalDidNotTakeIsWrittenAgainAndNotSentAgain) {
  log_->adds = {entry_at(5)};
  int commits = 0;
  after_commit_ = [this, &commits] {
    ++commits;
    if (commits == 1) set_state(RequestState::accepted);  // the try is counted, its answer not
    if (commits == 2) set_state(RequestState::signed_);
  };
  EXPECT_EQ(finish(), 5U);
  EXPECT_FALSE(journal_->remote_steps(id_)->at(0).answer.empty());
}

TEST_F(LogStepTest, TryThatTheJournalDidNotTakeWasNoneAndIsNoTroubleOfTheLog) {
  log_->adds = {entry_at(5)};
  log_->searches = {nothing};
  std::optional<Error> trouble;
  set_state(RequestState::accepted);
  after_commit_ = [this, commits = 0, &trouble]() mutable {
    if (++commits == 1) set_state(RequestState::signed_);
    if (commits == 2) trouble = finisher_->trouble_of(plan("first"));
  };
  EXPECT_EQ(finish(), 5U);
  EXPECT_FALSE(trouble) << trouble->reason;
  EXPECT_EQ(journal_->remote_steps(id_)->at(0).attempts, 1U);
  EXPECT_THAT(log_->searched_from, IsEmpty());
}

TEST_F(LogStepTest, AnswerThatTheJournalDidNotTakeIsNoneWhenTheDaemonStops) {
  log_->adds = {entry_at(5)};
  int commits = 0;
  std::promise<void> refused;
  after_commit_ = [this, &commits, &refused] {
    ++commits;
    if (commits == 1) set_state(RequestState::accepted);
    if (commits == 2) refused.set_value();
  };
  start();
  auto finished = begin();
  refused.get_future().get();
  finisher_->drain();
  EXPECT_EQ(finished.get().error().reason, "SHUTTING_DOWN");
}

TEST_F(LogStepTest, EachAnswerOfTheLogIsTimedThoseThatFailedToo) {
  log_->adds = {in_doubt, entry_at(5)};
  log_->searches = {nothing, nothing};
  finish();
  const Timings::Remote timed = timings_.remote();
  ASSERT_EQ(timed.size(), 2U);
  EXPECT_EQ(timed.at({"log:first", "add"}).count, 2U);
  EXPECT_EQ(timed.at({"log:first", "find"}).count, 2U);
}

TEST_F(LogStepTest, AlarmStandsUntilAnEntryIsAddedAndNotMerelyFound) {
  const Error alarm = corrupt("LOG_TIME_IMPLAUSIBLE", "");
  log_->adds = {alarm, entry_at(6)};
  log_->searches = {found_at(5)};
  EXPECT_EQ(finish(), 5U);
  ASSERT_TRUE(finisher_->trouble_of(plan("first")));
  EXPECT_EQ(finisher_->trouble_of(plan("first"))->reason, "LOG_TIME_IMPLAUSIBLE");
  finish_another();
  EXPECT_FALSE(finisher_->trouble_of(plan("first")));
}

TEST_F(LogStepTest, WhatIsFoundEndsATroubleThatIsNoAlarm) {
  log_->adds = {in_doubt};
  log_->searches = {found_at(5)};
  EXPECT_EQ(finish(), 5U);
  EXPECT_FALSE(finisher_->trouble_of(plan("first")));
}

TEST_F(LogStepTest, QueueOfOneLogThatIsFullRefusesNobodyWhoDoesWithoutIt) {
  log_->size = std::nullopt;
  start();
  for (std::size_t i = 0; i < limits::unresolved_max; ++i) {
    finisher_->finish(work(), [](const Result<Finished>&) {});
  }
  while (finisher_->may_take(plan("first"), Share::everything, 0).ok()) testing::pause_briefly();
  EXPECT_EQ(finisher_->may_take(plan("first"), Share::everything, 0).error().reason,
            "REMOTE_QUEUE_FULL");
  EXPECT_TRUE(finisher_->may_take(plan("first"), Share::timestamps, 0).ok());
  EXPECT_TRUE(finisher_->may_take(plan("second"), Share::everything, 0).ok());
}

}  // namespace
}  // namespace chancery::daemon
