// What is remembered of PINs that were refused, across restarts and damage.
#include "backends/rejected_secret.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/support/temporary_directory.h"

namespace chancery {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ByteView pin(std::string_view text) { return as_bytes(text); }

class RejectedSecrets : public ::testing::Test {
 protected:
  // As the next key host finds it.
  RejectedSecret open() const { return RejectedSecret::open(file_).value(); }

  testing::TemporaryDirectory directory_;
  std::filesystem::path file_ = directory_ / "rejected-pin";
};

TEST_F(RejectedSecrets, IsKnownAgainAfterARestart) {
  ASSERT_TRUE(open().remember_rejected("token", pin("wrong")).ok());
  EXPECT_TRUE(open().was_rejected("token", pin("wrong")));
  EXPECT_FALSE(open().was_rejected("token", pin("right")));
}

TEST_F(RejectedSecrets, IsOfOneTokenAndNotOfAnother) {
  ASSERT_TRUE(open().remember_rejected("token", pin("1234")).ok());
  EXPECT_FALSE(open().was_rejected("another", pin("1234")));
  EXPECT_FALSE(open().was_rejected("token1", pin("234")));
}

TEST_F(RejectedSecrets, FileHoldsNoPinAndIsForUsAlone) {
  ASSERT_TRUE(open().remember_rejected("token", pin("Xenophobic-Quartz")).ok());
  const std::string content = testing::read_text(file_);
  EXPECT_THAT(content, Not(HasSubstr("Xenophobic")));
  EXPECT_THAT(content, Not(HasSubstr("token")));
  struct stat status {};
  ASSERT_EQ(stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(RejectedSecrets, FilesOfTwoBackendsDoNotShowThatTheyShareAPin) {
  ASSERT_TRUE(open().remember_rejected("token", pin("wrong")).ok());
  const std::filesystem::path other = directory_ / "other";
  ASSERT_TRUE(RejectedSecret::open(other)->remember_rejected("token", pin("wrong")).ok());
  EXPECT_NE(testing::read_text(file_).substr(32), testing::read_text(other).substr(32));
}

TEST_F(RejectedSecrets, TwoInTurnAreBothRemembered) {
  for (const char* each : {"a", "b", "a"})
    ASSERT_TRUE(open().remember_rejected("token", pin(each)).ok());
  EXPECT_TRUE(open().was_rejected("token", pin("a")));
  EXPECT_TRUE(open().was_rejected("token", pin("b")));
}

TEST_F(RejectedSecrets, OneTooManyTakesThePlaceOfTheOldest) {
  for (std::size_t i = 0; i <= limits::rejected_secrets_max; ++i) {
    ASSERT_TRUE(open().remember_rejected("token", pin(std::to_string(i))).ok());
  }
  EXPECT_FALSE(open().was_rejected("token", pin("0")));
  for (std::size_t i = 1; i <= limits::rejected_secrets_max; ++i) {
    EXPECT_TRUE(open().was_rejected("token", pin(std::to_string(i)))) << i;
  }
}

TEST_F(RejectedSecrets, TriesWithoutAnAnswerAreCountedUntilThereIsOne) {
  ASSERT_TRUE(open().begin_try("token", pin("1")).ok());
  ASSERT_TRUE(open().remember_rejected("token", pin("2")).ok());
  RejectedSecret third = open();
  EXPECT_EQ(third.unanswered_tries("token", pin("1")), 1U);
  ASSERT_TRUE(third.begin_try("token", pin("1")).ok());
  EXPECT_EQ(open().unanswered_tries("token", pin("1")), 2U);
  third.end_try();
  EXPECT_EQ(open().unanswered_tries("token", pin("1")), 0U);
  EXPECT_TRUE(open().was_rejected("token", pin("2")));
}

// Wherever it is cut: it opens, and remembers from then on.
TEST_F(RejectedSecrets, CutFileIsMadeWhole) {
  ASSERT_TRUE(open().remember_rejected("token", pin("wrong")).ok());
  const std::string whole = testing::read_text(file_);
  for (std::size_t size = 0; size < whole.size(); size += 9) {
    testing::write_text(file_, whole.substr(0, size));
    RejectedSecret cut = open();
    EXPECT_EQ(cut.was_rejected("token", pin("wrong")), size >= 72)
        << size;  // key, fingerprint, flags
    EXPECT_FALSE(cut.was_rejected("token", pin("right"))) << size;
    ASSERT_TRUE(cut.remember_rejected("token", pin("wrong")).ok());
    EXPECT_TRUE(open().was_rejected("token", pin("wrong"))) << size;
    EXPECT_EQ(std::filesystem::file_size(file_), whole.size());
  }
}

TEST_F(RejectedSecrets, LinkIsNotFollowed) {
  std::filesystem::create_symlink(directory_ / "elsewhere", file_);
  EXPECT_EQ(RejectedSecret::open(file_).error().reason, "FILE_OPEN_FAILED");
}

}  // namespace
}  // namespace chancery
