#include "daemon/audit/refusal_recorder.h"

#include <gtest/gtest.h>

#include "core/base/json.h"
#include "core/base/limits/audit.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

using Clock = daemon::RefusalRecorder::Clock;

class RefusalRecorder : public ::testing::Test {
 protected:
  void refuse(std::uint32_t uid, const std::string& reason, int count) {
    for (int i = 0; i < count; ++i) {
      Answer<void> answer;
      recorder_.record({.uid = uid, .reason = reason, .at = midday}, now_, answer.done());
      ASSERT_TRUE(answer.get().ok());
    }
  }
  // How many records there are of an event, and how many refusals they count.
  struct Told {
    int records = 0;
    std::uint64_t count = 0;
  };
  Told told(const std::string& event) {
    Told out;
    const auto rows = journal_->read_audit().value()->rows(0, 10000).value();
    for (const daemon::AuditRow& row : rows) {
      const Json record = parse_json(row.record, "record").value();
      if (record["event"] != event) continue;
      ++out.records;
      out.count += record.value("count", std::uint64_t{1});
    }
    return out;
  }

  static constexpr int burst = static_cast<int>(limits::audit_refusals_burst);
  TemporaryDirectory directory_;
  std::unique_ptr<daemon::Journal> journal_ = open_journal(directory_ / "journal.db");
  daemon::RefusalRecorder recorder_{*journal_};
  Clock::time_point now_ = Clock::now();
};

TEST_F(RefusalRecorder, AFewRefusalsGetARecordEach) {
  refuse(1000, "NO_RULE", burst);
  EXPECT_EQ(told("refused").records, burst);
  ASSERT_TRUE(recorder_.record_counted(now_).ok());
  EXPECT_EQ(told("refused-many").records, 0);
}

TEST_F(RefusalRecorder, AboveTheRateTheyAreCountedAndNoneIsLost) {
  refuse(1000, "NO_RULE", burst + 300);
  refuse(1000, "KEY_STOPPED", 7);
  EXPECT_EQ(told("refused").records, burst);
  ASSERT_TRUE(recorder_.record_counted(now_).ok());
  EXPECT_EQ(told("refused-many").records, 1);
  EXPECT_EQ(told("refused-many").count, 307U);
  ASSERT_TRUE(recorder_.record_counted(now_).ok());
  EXPECT_EQ(told("refused-many").records, 1);
}

TEST_F(RefusalRecorder, WhatTheJournalDoesNotTakeIsCounted) {
  journal_.reset();
  daemon::JournalOptions full;
  full.path = directory_ / "journal.db";
  full.queue_max = 0;
  journal_ = open_journal(std::move(full));
  daemon::RefusalRecorder recorder(*journal_);
  for (const char* reason : {"NO_RULE", "NO_RULE", "KEY_STOPPED"}) {
    Answer<void> answer;
    recorder.record({.uid = 1000, .reason = reason, .at = midday}, now_, answer.done());
    EXPECT_EQ(answer.get().error().reason, "JOURNAL_QUEUE_FULL");
  }
  EXPECT_EQ(told("refused").records, 0);
  ASSERT_TRUE(recorder.record_counted(now_).ok());
  EXPECT_EQ(told("refused-many").records, 1);
  EXPECT_EQ(told("refused-many").count, 3U);
  ASSERT_TRUE(recorder.record_counted(now_).ok());
  EXPECT_EQ(told("refused-many").records, 1);
}

TEST_F(RefusalRecorder, EachUserHasARateOfTheirOwn) {
  refuse(1000, "NO_RULE", burst + 1);
  refuse(1001, "NO_RULE", 1);
  EXPECT_EQ(told("refused").records, burst + 1);
}

TEST_F(RefusalRecorder, TheRateComesBackWithTime) {
  refuse(1000, "NO_RULE", burst + 1);
  now_ += std::chrono::seconds(1);
  refuse(1000, "NO_RULE", 1);
  EXPECT_EQ(told("refused").records, burst + 1);
}

}  // namespace
}  // namespace chancery::testing
