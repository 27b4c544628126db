// A row of the journal that cannot be marked as overdue: nobody signs on as if nothing were late.
#include "daemon/flows/deadline/overdue_watch.h"

#include <gmock/gmock.h>

#include "tests/support/journal/damaged_pages.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::daemon {
namespace {

using chancery::testing::acceptance;
using chancery::testing::entry_body;
using chancery::testing::midday;
using chancery::testing::open_journal;
using ::testing::HasSubstr;

class OverdueWatchTest : public ::testing::Test {
 protected:
  void release(const std::string& key, const std::string& profile) {
    Acceptance request = acceptance(key);
    request.profile = profile;
    request.record_by = midday;
    const RequestId id = chancery::testing::accept(*journal_, request).value().id;
    ASSERT_TRUE(chancery::testing::sign(*journal_, id, entry_body(key)).ok());
    chancery::testing::Answer<void> answer;
    journal_->record_released(id, {"timestamp:first", 1, 0, {1}}, {"log:a"}, answer.done());
    ASSERT_TRUE(answer.get().ok());
  }
  Result<void> look(WallTime now) { return watch_.look(*journal_, now); }

  chancery::testing::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_ / "journal.db";
  std::unique_ptr<Journal> journal_ = open_journal(path_);
  OverdueWatch watch_;
};

TEST_F(OverdueWatchTest, MarksWhatIsLate) {
  release("late", "default");
  ASSERT_TRUE(look(midday - std::chrono::hours(1)).ok());
  EXPECT_FALSE(*journal_->has_overdue("default"));
  ASSERT_TRUE(look(midday).ok());
  EXPECT_TRUE(*journal_->has_overdue("default"));
  EXPECT_TRUE(watch_.check().ok());
}

TEST_F(OverdueWatchTest, SaysSoWhileItCannotMarkWhatIsLate) {
  release("late", "default");
  release("damaged", std::string(20000, 'M'));
  journal_.reset();
  journal_ = open_journal(path_);
  chancery::testing::damage_pages(path_, 'M');
  ASSERT_TRUE(look(midday - std::chrono::hours(1)).ok());
  EXPECT_TRUE(watch_.check().ok()) << "nothing is late";
  ASSERT_FALSE(look(midday).ok());
  EXPECT_FALSE(*journal_->has_overdue("default"));
  ASSERT_FALSE(watch_.check().ok());
  const Error error = watch_.check().error();
  EXPECT_EQ(error.code, ErrorCode::corrupt);
  EXPECT_EQ(error.reason, "JOURNAL_DAMAGED");
  EXPECT_THAT(error.message, HasSubstr("what is overdue cannot be marked"));
  journal_.reset();
  journal_ = open_journal(directory_ / "restored.db");
  ASSERT_TRUE(look(midday).ok());
  EXPECT_TRUE(watch_.check().ok());
}

}  // namespace
}  // namespace chancery::daemon
