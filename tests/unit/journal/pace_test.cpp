// When the journal commits, with many requests in flight.
#include <gtest/gtest.h>

#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

class Pace : public ::testing::Test {
 protected:
  // So many in flight that the second commit would come in an hour.
  Pace() {
    daemon::JournalOptions options;
    options.path = directory_ / "journal.db";
    options.log_room_bytes = 0;
    options.requests_in_flight = [] { return std::size_t{1'000'000'000}; };
    options.pace_max = std::chrono::hours(1);
    journal_ = open_journal(std::move(options));
    EXPECT_TRUE(refuse(*journal_, {}).ok());  // the first waits for nothing
  }

  void post_refusals(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      journal_->record_refusal({}, [this](const Result<void>& done) {
        done.value();
        ++confirmed_;
      });
    }
  }

  TemporaryDirectory directory_;
  std::atomic<std::size_t> confirmed_ = 0;
  std::unique_ptr<daemon::Journal> journal_;
};

TEST_F(Pace, AStopCommitsWhatWasGathered) {
  post_refusals(3);
  EXPECT_EQ(journal_->counts().commits, 1U);
  EXPECT_EQ(confirmed_, 0U);
  journal_->stop();
  EXPECT_EQ(confirmed_, 3U);
  post_refusals(1);  // too late
  journal_.reset();
  EXPECT_EQ(confirmed_, 3U);
}

TEST_F(Pace, AFullBatchIsNotHeldBack) {
  post_refusals(limits::journal_batch_max - 1);
  Answer<void> last;
  journal_->record_refusal({}, last.done());
  EXPECT_TRUE(last.get().ok());
  EXPECT_EQ(journal_->counts().commits, 2U);
}

}  // namespace
}  // namespace chancery::testing
