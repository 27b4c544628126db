// `chancery backup` and `chancery restore`: a state comes back, and never as a fork.
#include <sys/stat.h>

#include "tests/end_to_end/command/command_fixture.h"

namespace chancery::testing {
namespace {

using ::testing::HasSubstr;

class BackupTest : public CommandTest {
 protected:
  void sign(const std::string& name) const {
    write_text(work(name), name);
    const auto signing = chancery({"sign", name});
    ASSERT_EQ(signing.status, 0) << signing.err;
  }
  ProgramOutcome restore(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"restore", daemon_.state() / "backups/monday", "--into",
                                       "restored"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return chancery(arguments);
  }
  void save_checkpoint() const {
    write_text(work("checkpoint"), chancery({"log", "checkpoint"}).out);
  }
};

TEST_F(BackupTest, ARestoredDaemonGoesOnWhereTheBackupEnded) {
  sign("before");
  const auto backup = chancery({"backup", "monday"});
  ASSERT_EQ(backup.status, 0) << backup.err;
  save_checkpoint();
  daemon_.process().stop();
  const auto restored = restore({"--newest-checkpoint", "checkpoint"});
  ASSERT_EQ(restored.status, 0) << restored.err;
  std::filesystem::copy(daemon_.state() / "keys", work("restored/keys"),
                        std::filesystem::copy_options::recursive);

  DaemonOptions options = daemon_.options();
  options.state_directory = work("restored");
  const auto again = DaemonProcess::start(options);
  ASSERT_TRUE(again.ok()) << daemon_.standard_error();
  sign("after");
  EXPECT_THAT(chancery({"get", "--file", "before"}).out, HasSubstr("mediaType"));
  EXPECT_THAT(chancery({"log", "checkpoint"}).out, HasSubstr("\n2\n"));
}

TEST_F(BackupTest, ALogThatHasGrownSinceIsNotForked) {
  sign("before");
  ASSERT_EQ(chancery({"backup", "monday"}).status, 0);
  sign("since");
  save_checkpoint();
  const auto restored = restore({"--newest-checkpoint", "checkpoint"});
  EXPECT_EQ(restored.status, 1);
  EXPECT_THAT(restored.err, HasSubstr("BACKUP_WOULD_FORK_LOG"));
  EXPECT_FALSE(std::filesystem::exists(work("restored")));
}

TEST_F(BackupTest, WhatIsNoCheckpointIsNotTheBackupsMistake) {
  ASSERT_EQ(chancery({"backup", "monday"}).status, 0);
  write_text(work("bundle.json"), "{}");
  const auto restored = restore({"--newest-checkpoint", "bundle.json"});
  EXPECT_EQ(restored.status, 2);
  EXPECT_THAT(restored.err, HasSubstr("chancery: bundle.json: "));
}

TEST_F(BackupTest, ACheckpointOfAnotherTreeIsAContradiction) {
  sign("before");
  ASSERT_EQ(chancery({"backup", "monday"}).status, 0);
  save_checkpoint();
  std::string note = read_text(work("checkpoint"));
  const std::size_t root = note.find("\n1\n") + 3;
  note[root] = note[root] == 'A' ? 'B' : 'A';
  write_text(work("checkpoint"), note);
  const auto restored = restore({"--newest-checkpoint", "checkpoint"});
  EXPECT_EQ(restored.status, 1);
  EXPECT_THAT(restored.err, HasSubstr("BACKUP_CONTRADICTS_CHECKPOINT"));
}

TEST_F(BackupTest, WithoutACheckpointItMustBeSaidThatNothingWasSignedSince) {
  sign("before");
  ASSERT_EQ(chancery({"backup", "monday"}).status, 0);
  EXPECT_EQ(restore({}).status, 2);
  EXPECT_EQ(restore({"--nothing-signed-since-unsafe"}).status, 0);
}

TEST_F(BackupTest, AStateThatIsThereIsNeverOverwritten) {
  ASSERT_EQ(chancery({"backup", "monday"}).status, 0);
  std::filesystem::create_directory(work("restored"));
  write_text(work("restored/journal.db"), "precious");
  const auto restored = restore({"--nothing-signed-since-unsafe"});
  EXPECT_EQ(restored.status, 1);
  EXPECT_THAT(restored.err, HasSubstr("RESTORE_TARGET_NOT_EMPTY"));
  EXPECT_EQ(read_text(work("restored/journal.db")), "precious");
}

TEST_F(BackupTest, WhatFailedLeavesNothingInTheWayOfTheNextTry) {
  ASSERT_EQ(chancery({"backup", "monday"}).status, 0);
  const std::filesystem::path uncopyable = daemon_.state() / "backups/monday/log/uncopyable";
  ASSERT_EQ(::mkfifo(uncopyable.c_str(), 0600), 0);
  const auto failed = restore({"--nothing-signed-since-unsafe"});
  EXPECT_EQ(failed.status, 3);
  EXPECT_THAT(failed.err, HasSubstr("RESTORE_FAILED"));
  EXPECT_TRUE(std::filesystem::is_empty(work("restored")));
  std::filesystem::remove(uncopyable);
  EXPECT_EQ(restore({"--nothing-signed-since-unsafe"}).status, 0);
}

TEST_F(BackupTest, ADirectoryThatIsNoBackupIsRefused) {
  std::filesystem::create_directories(daemon_.state() / "backups/monday");
  EXPECT_THAT(restore({"--nothing-signed-since-unsafe"}).err, HasSubstr("BACKUP_INCOMPLETE"));
}

}  // namespace
}  // namespace chancery::testing
