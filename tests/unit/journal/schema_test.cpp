#include "daemon/journal/sqlite/schema.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

namespace sqlite = daemon::sqlite;

class Schema : public ::testing::Test {
 protected:
  std::unique_ptr<sqlite::Database> database() {
    return sqlite::Database::open(path_, sqlite::Access::read_write_create, {}).value();
  }
  std::string refusal() {
    const auto opened = daemon::Journal::open({.path = path_});
    return opened.ok() ? "opened" : opened.error().reason;
  }
  TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_ / "journal.db";
};

TEST_F(Schema, OlderFileIsBroughtUpToDateStepByStep) {
  constexpr std::array<const char*, 1> old = {"CREATE TABLE a(x); INSERT INTO a VALUES(1)"};
  constexpr std::array<const char*, 3> now = {old[0], "ALTER TABLE a ADD COLUMN y DEFAULT 2",
                                              "UPDATE a SET y = y + x"};
  ASSERT_TRUE(sqlite::migrate(*database(), old).ok());
  const auto opened = database();
  ASSERT_TRUE(sqlite::migrate(*opened, now).ok());
  EXPECT_EQ(opened->integer("SELECT y FROM a").value(), 3);
  EXPECT_EQ(opened->integer("PRAGMA user_version").value(), 3);
  ASSERT_TRUE(sqlite::migrate(*opened, now).ok());
  EXPECT_EQ(opened->integer("SELECT y FROM a").value(), 3);
}

TEST_F(Schema, StepThatFailsLeavesTheVersionBeforeIt) {
  constexpr std::array<const char*, 2> broken = {
      "CREATE TABLE a(x)", "INSERT INTO a VALUES(1); INSERT INTO nowhere VALUES(1)"};
  EXPECT_FALSE(sqlite::migrate(*database(), broken).ok());
  const auto opened = database();
  EXPECT_EQ(opened->integer("PRAGMA user_version").value(), 1);
  EXPECT_EQ(opened->integer("SELECT count(*) FROM a").value(), 0);
}

TEST_F(Schema, JournalOfANewerDaemonIsRefusedAndLeftAlone) {
  open_journal(path_);
  ASSERT_TRUE(database()->run("PRAGMA user_version=1000").ok());
  EXPECT_EQ(refusal(), "JOURNAL_TOO_NEW");
  EXPECT_EQ(database()->integer("PRAGMA user_version").value(), 1000);
}

TEST_F(Schema, DatabaseOfAnotherProgramIsRefusedAndLeftAlone) {
  ASSERT_TRUE(database()->run("CREATE TABLE theirs(x)").ok());
  EXPECT_EQ(refusal(), "JOURNAL_DAMAGED");
  EXPECT_EQ(database()->integer("SELECT count(*) FROM sqlite_schema").value(), 1);
}

TEST_F(Schema, EmptyFileIsANewJournal) {
  write_text(path_, "");
  EXPECT_EQ(refusal(), "opened");
}

}  // namespace
}  // namespace chancery::testing
