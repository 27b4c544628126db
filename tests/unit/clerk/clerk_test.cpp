#include "daemon/audit/clerk.h"

#include <gmock/gmock.h>

#include "tests/support/journal/journal_calls.h"
#include "tests/support/journal/log_host.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

using ::testing::HasSubstr;

class ClerkTest : public ::testing::Test {
 protected:
  ClerkTest() { host_.open().value(); }

  void start(std::chrono::milliseconds interval = std::chrono::hours(1)) {
    clerk_ = std::make_unique<daemon::Clerk>(
        host_.journal(), recorder(), daemon::CheckpointSigner(key(), "log", host_.key_host),
        daemon::ClerkOptions{
            .head_interval = interval,
            .copy_record = [this](std::string_view record) { copied_.emplace_back(record); },
            .copy_head = [this](const audit::Head& head,
                                std::string_view) { sealed_.push_back(head.size); },
            .copy_left_out = [this](std::uint64_t count) { left_out_ += count; }});
  }
  tlog::NoteKey key() {
    return tlog::NoteKey::make(audit::origin_of("log.example"), host_.log().key().key()).value();
  }
  daemon::RefusalRecorder& recorder() {
    if (!recorder_) recorder_.emplace(host_.journal());
    return *recorder_;
  }
  audit::Head newest_head() {
    const auto reader = host_.journal().read_audit().value();
    const auto heads = reader->heads(0, 1000).value();
    return heads.empty() ? audit::Head{} : audit::read_head(heads.back().note, key()).value();
  }
  Result<void> seal() {
    Answer<void> answer;
    clerk_->seal(answer.done());
    return answer.get();
  }
  audit::Head end() { return host_.journal().read_audit().value()->head().value(); }

  TemporaryDirectory directory_;
  LogHost host_{directory_.path()};
  std::optional<daemon::RefusalRecorder> recorder_;
  std::vector<std::string> copied_;  // the clerk's thread writes until it is stopped
  std::vector<std::uint64_t> sealed_;
  std::uint64_t left_out_ = 0;
  std::unique_ptr<daemon::Clerk> clerk_;
};

TEST_F(ClerkTest, SealsWhatThereIsWhenAskedAndOnlyOnce) {
  start();
  accept(host_.journal(), "k");
  ASSERT_TRUE(seal().ok());
  EXPECT_EQ(newest_head(), end());
  const std::size_t signatures = host_.key_host.signatures();
  ASSERT_TRUE(seal().ok());
  EXPECT_EQ(host_.key_host.signatures(), signatures);
}

TEST_F(ClerkTest, WhoComesTooLateForASealIsToldSo) {
  start();
  clerk_->stop();
  EXPECT_EQ(seal().error().reason, "SHUTTING_DOWN");
}

TEST_F(ClerkTest, SealsAtItsEnd) {
  start();
  accept(host_.journal(), "k");
  clerk_->stop();
  EXPECT_EQ(newest_head(), end());
  EXPECT_EQ(sealed_, std::vector<std::uint64_t>{end().size});
}

TEST_F(ClerkTest, RecordsAtItsEndWhatWasOnlyCounted) {
  start();
  for (int i = 0; i < 200; ++i) {
    recorder().record({.uid = 1000, .reason = "NO_RULE"}, Deadline::Clock::now(),
                      [](const Result<void>&) {});
  }
  clerk_->stop();
  const auto rows = host_.journal().read_audit().value()->rows(0, 1000).value();
  EXPECT_THAT(rows.back().record, HasSubstr("refused-many"));
  EXPECT_EQ(newest_head(), end());
}

TEST_F(ClerkTest, CopiesEachRecordOnce) {
  accept(host_.journal(), "k");
  start();
  clerk_->stop();
  ASSERT_EQ(copied_.size(), 2U);
  EXPECT_THAT(copied_[0], HasSubstr("\"opened\""));
  EXPECT_THAT(copied_[1], HasSubstr("\"allowed\""));
  EXPECT_EQ(left_out_, 0U);
}

TEST_F(ClerkTest, CopiesTheNewestOfManyAndCountsTheRest) {
  for (int i = 0; i < 600; ++i) accept(host_.journal(), std::to_string(i));
  start();
  clerk_->stop();
  EXPECT_EQ(copied_.size() + left_out_, 601U);
  EXPECT_GT(left_out_, 0U);
  EXPECT_THAT(copied_.back(), HasSubstr("\"number\":601,"));
}

}  // namespace
}  // namespace chancery::testing
