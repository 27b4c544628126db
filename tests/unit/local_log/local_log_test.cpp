#include "daemon/local_log/local_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/journal/hooked_files.h"
#include "tests/support/journal/log_host.h"
#include "tests/support/patience.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

using ::testing::HasSubstr;

class Log : public ::testing::Test {
 protected:
  std::string text(const std::string& path) { return read_text(directory_ / ("log/" + path)); }
  bool exists(const std::string& path) {
    return std::filesystem::exists(directory_ / ("log/" + path));
  }
  daemon::Alarm await_alarm() {
    while (host_.alarms.standing().empty()) pause_briefly();
    return host_.alarms.standing().front();
  }
  // Over with the first files that are written: the others follow.
  void await_no_alarm() {
    while (!host_.alarms.standing().empty()) pause_briefly();
    host_.wait_until_published();
  }
  Error hand_over_fails() {
    return host_.log().hand_over(Deadline::after(std::chrono::milliseconds(1))).error();
  }

  TemporaryDirectory directory_;
  LogHost host_{directory_.path()};
};

TEST_F(Log, IsBornWithASignedCheckpointOfNothing) {
  ASSERT_TRUE(host_.open().ok());
  EXPECT_EQ(text(".state/version"), "1");
  EXPECT_EQ(text(".state/treeState"),
            R"({"size":0,"root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="})");
  EXPECT_EQ(text("checkpoint"), host_.log().checkpoint());
  EXPECT_TRUE(text("checkpoint")
                  .starts_with("log.example\n0\n47DEQpj8HBSa+/"
                               "TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u2014 log.example "));
  EXPECT_EQ(host_.check_files()->size, 0U);
  EXPECT_EQ(host_.log().size(), 0U);
}

TEST_F(Log, ProvesAnEntryAgainstASignedCheckpoint) {
  ASSERT_TRUE(host_.open().ok());
  host_.append(1);
  const daemon::Inclusion inclusion = host_.inclusion(0).value();
  EXPECT_EQ(inclusion.log_index, 0U);
  EXPECT_TRUE(inclusion.proof.hashes.empty());
  EXPECT_TRUE(host_.check(inclusion).ok());
  EXPECT_EQ(host_.log().checkpoint(), inclusion.proof.checkpoint);
}

TEST_F(Log, WhatGathersIsCoveredByOneCheckpoint) {
  ASSERT_TRUE(host_.open().ok());
  host_.key_host.hold();
  host_.append(1);  // its checkpoint is under way, or about to be
  host_.append(60);
  const std::size_t before = host_.key_host.signatures();
  std::vector<std::future<Result<daemon::Inclusion>>> waiting;
  for (std::uint64_t i = 0; i < 61; ++i) waiting.push_back(host_.await(i));
  host_.key_host.release();
  for (auto& inclusion : waiting) EXPECT_TRUE(host_.check(inclusion.get().value()).ok());
  EXPECT_LE(host_.key_host.signatures() - before, 2U);
}

// Journalled alone, its checkpoint was signed while it was committed: not a second time.
TEST_F(Log, WhatIsExpectedIsSignedOnce) {
  ASSERT_TRUE(host_.open().ok());
  const std::size_t before = host_.key_host.signatures();
  for (std::uint64_t index = 0; index < 20; ++index) {
    host_.append(1);
    EXPECT_TRUE(host_.check(host_.inclusion(index).value()).ok());
  }
  EXPECT_EQ(host_.key_host.signatures(), before + 20);
}

TEST_F(Log, TheJournalTellsOfAnEntryBeforeItIsCommitted) {
  std::atomic<std::size_t> asked_before_commit = 0;
  host_.journal_options.at_step = [&](std::string_view step) {
    if (step == "expected") asked_before_commit = host_.key_host.state().waiting;
  };
  ASSERT_TRUE(host_.open().ok());
  host_.key_host.hold();
  host_.append(1);
  EXPECT_EQ(asked_before_commit, 1U);
  host_.key_host.release();
  EXPECT_TRUE(host_.check(host_.inclusion(0).value()).ok());
}

// Its commit failed, and another one got its place. What was signed for it is in no one's hands.
TEST_F(Log, WhatWasExpectedAndDoesNotComeIsForgotten) {
  ASSERT_TRUE(host_.open().ok());
  host_.append(3);
  ASSERT_TRUE(host_.inclusion(2).ok());
  const std::size_t before = host_.key_host.signatures();
  host_.log().expect({{3, tlog::leaf_hash(as_bytes("another"))}});
  while (host_.key_host.signatures() == before) pause_briefly();
  host_.log().expect({});
  host_.append(1);
  const daemon::Inclusion inclusion = host_.inclusion(3).value();
  EXPECT_TRUE(host_.check(inclusion).ok());
  EXPECT_EQ(host_.log().checkpoint(), inclusion.proof.checkpoint);
  host_.wait_until_published();
  EXPECT_EQ(host_.check_files()->size, 4U);
}

// Nor is it signed out of turn, or when the log has closed.
TEST_F(Log, WhatIsExpectedButNotNextIsNotSigned) {
  ASSERT_TRUE(host_.open().ok());
  const std::size_t before = host_.key_host.signatures();
  host_.log().expect({{1, tlog::leaf_hash(as_bytes("another"))}});
  host_.log().expect(
      {{0, tlog::leaf_hash(as_bytes("one"))}, {1, tlog::leaf_hash(as_bytes("two"))}});
  host_.log().stop();
  host_.log().expect({{0, tlog::leaf_hash(as_bytes("one"))}});
  EXPECT_EQ(host_.key_host.signatures(), before);
  EXPECT_EQ(host_.key_host.state().waiting, 0U);
}

TEST_F(Log, AnEntryNotYetAppendedIsWaitedFor) {
  ASSERT_TRUE(host_.open().ok());
  auto early = host_.await(2);
  host_.append(3);
  EXPECT_TRUE(host_.check(early.get().value()).ok());
}

TEST_F(Log, FilesFollowAndFullTilesReplacePartialOnes) {
  ASSERT_TRUE(host_.open().ok());
  for (int i = 0; i < 10; ++i) {
    host_.append(70);
    host_.wait_until_published();
    ASSERT_TRUE(host_.check_files().ok()) << host_.check_files().error().message;
  }
  EXPECT_EQ(host_.check_files()->size, 700U);
  EXPECT_EQ(text("checkpoint"), host_.log().checkpoint());
  EXPECT_TRUE(exists("tile/entries/001") && exists("tile/0/001") && exists("tile/1/000.p/2"));
  EXPECT_TRUE(exists("tile/entries/002.p/188") && exists("tile/0/002.p/188"));
  EXPECT_TRUE(exists("tile/0/002.p/48")) << "a checkpoint of 560 entries was published";
  EXPECT_FALSE(exists("tile/0/001.p"));
  EXPECT_FALSE(exists("tile/entries/000.p"));
  host_.close();
  EXPECT_EQ(text(".state/gcState"), R"({"fromSize":512})");
}

TEST_F(Log, GoesOnWhereItWasLeft) {
  std::uint64_t size = 0;
  for (const std::uint64_t grown : {1U, 0U, 254U, 1U, 1U, 300U, 467U, 5U}) {
    ASSERT_TRUE(host_.open().ok());
    EXPECT_EQ(host_.log().size(), size);
    host_.append(grown);
    size += grown;
    if (grown == 0) continue;
    EXPECT_TRUE(host_.check(host_.inclusion(size - 1).value()).ok());
    EXPECT_TRUE(host_.check(host_.inclusion(0).value()).ok());
  }
  host_.close();
  EXPECT_EQ(host_.check_files()->size, size);
}

TEST_F(Log, OldEntriesAreReadAndProvedFromTiles) {
  ASSERT_TRUE(host_.open().ok());
  host_.append(600);
  const std::string first_checkpoint = host_.inclusion(599)->proof.checkpoint;
  host_.append(500);
  ASSERT_TRUE(host_.open().ok());
  for (const std::uint64_t index : {0U, 255U, 256U, 599U, 600U, 1023U, 1024U, 1099U}) {
    EXPECT_EQ(*host_.log().entry(index), LogHost::body(index));
    EXPECT_TRUE(host_.check(host_.inclusion(index).value()).ok()) << index;
  }
  const auto old_tree = *tlog::read_checkpoint(first_checkpoint, host_.log().key());
  const auto new_tree = *tlog::read_checkpoint(host_.log().checkpoint(), host_.log().key());
  const auto proof = *host_.log().prove_consistency(old_tree.size, new_tree.size);
  EXPECT_TRUE(
      tlog::verify_consistency(old_tree.size, new_tree.size, proof, old_tree.root, new_tree.root)
          .ok());
  const auto inclusion = *host_.log().prove_inclusion(5, old_tree.size);
  EXPECT_TRUE(tlog::verify_inclusion(5, old_tree.size, tlog::leaf_hash(as_bytes(LogHost::body(5))),
                                     inclusion, old_tree.root)
                  .ok());
}

TEST_F(Log, WhatIsNotThereIsRefusedWithItsReason) {
  ASSERT_TRUE(host_.open().ok());
  host_.append(3);
  EXPECT_EQ(host_.log().entry(3).error().reason, "LOG_ENTRY_NOT_FOUND");
  ASSERT_TRUE(host_.inclusion(2).ok());
  EXPECT_EQ(host_.log().prove_inclusion(3, 3).error().reason, "INCLUSION_INDEX_OUT_OF_RANGE");
  EXPECT_EQ(host_.log().prove_inclusion(0, 4).error().reason, "LOG_SIZE_OUT_OF_RANGE");
  EXPECT_EQ(host_.log().prove_consistency(3, 2).error().reason, "CONSISTENCY_SIZE_OUT_OF_RANGE");
}

TEST_F(Log, ALeafThatIsNotTheEntrysIsRefused) {
  ASSERT_TRUE(host_.open().ok());
  host_.append(2);
  std::promise<Result<daemon::Inclusion>> promise;
  host_.log().await_inclusion(1, tlog::leaf_hash(as_bytes("another")),
                              [&](auto inclusion) { promise.set_value(inclusion); });
  EXPECT_EQ(promise.get_future().get().error().reason, "LOG_CONTRADICTS_JOURNAL");
}

TEST_F(Log, AKeyHostThatFailsOnlyDelaysProofs) {
  ASSERT_TRUE(host_.open().ok());
  host_.key_host.fail_with(unavailable("KEY_HOST_DOWN", "down"));
  host_.append(5);
  auto waiting = host_.await(4);
  while (host_.key_host.state().waiting != 0) pause_briefly();
  EXPECT_TRUE(host_.log().ready().ok());
  host_.key_host.fail_with(std::nullopt);
  EXPECT_TRUE(host_.check(waiting.get().value()).ok());
}

TEST_F(Log, KeyThatDoesNotSignForAWhileLetsNothingNewCome) {
  host_.options.unsigned_max = std::chrono::milliseconds(20);
  ASSERT_TRUE(host_.open().ok());
  EXPECT_TRUE(host_.log().ready().ok());
  host_.key_host.hold();  // hangs: it does not even fail
  host_.append(1);
  while (host_.log().ready().ok()) pause_briefly();
  EXPECT_EQ(host_.log().ready().error().code, ErrorCode::unavailable);
  EXPECT_EQ(host_.log().ready().error().reason, "LOG_CHECKPOINT_UNSIGNED");
  host_.key_host.release();
  while (!host_.log().ready().ok()) pause_briefly();
}

TEST_F(Log, WhoStillWaitsWhenItClosesIsTold) {
  ASSERT_TRUE(host_.open().ok());
  host_.key_host.fail_with(unavailable("KEY_HOST_DOWN", "down"));
  host_.append(1);
  auto unsigned_entry = host_.await(0);
  auto unknown_entry = host_.await(7);
  host_.close();
  EXPECT_EQ(unsigned_entry.get().error().reason, "LOG_CLOSED");
  EXPECT_EQ(unknown_entry.get().error().reason, "LOG_CLOSED");
  host_.key_host.fail_with(std::nullopt);
  ASSERT_TRUE(host_.open().ok());
  EXPECT_TRUE(host_.check(host_.inclusion(0).value()).ok());
}

TEST_F(Log, WhatComesWhenItHasStoppedIsLeftToTheNextStart) {
  ASSERT_TRUE(host_.open().ok());
  host_.append(1);
  host_.log().stop();
  EXPECT_EQ(host_.check_files()->size, 1U);
  host_.append(1);
  EXPECT_EQ(host_.inclusion(1).error().reason, "LOG_CLOSED");
  EXPECT_EQ(host_.check_files()->size, 1U);
  ASSERT_TRUE(host_.open().ok());
  EXPECT_TRUE(host_.check(host_.inclusion(1).value()).ok());
}

TEST_F(Log, AFullDiskDelaysTheFilesAndNotTheProofs) {
  // Shared: the log, which the fixture ends, still writes when this function is over.
  const auto is_full = std::make_shared<std::atomic<bool>>(false);
  host_.options.open_files = [this, is_full] {
    return Result(hooked_files(
        daemon::Files::open(directory_ / "log").value(),
        [is_full](std::string_view operation, const std::string& path) -> Result<void> {
          if (*is_full && operation == "write") return unavailable("FILE_DISK_FULL", path);
          return {};
        }));
  };
  ASSERT_TRUE(host_.open().ok());
  *is_full = true;
  host_.append(300);
  EXPECT_TRUE(host_.check(host_.inclusion(299).value()).ok());
  EXPECT_EQ(await_alarm().reason, "FILE_DISK_FULL");
  EXPECT_TRUE(host_.log().ready().ok());
  EXPECT_EQ(*host_.log().entry(299), LogHost::body(299));
  EXPECT_EQ(host_.log().published_size(), 0U);
  *is_full = false;
  await_no_alarm();
  EXPECT_EQ(host_.check_files()->size, 300U);
}

TEST_F(Log, FilesThatCannotBeWrittenAreAnAlarmThatNamesThemAndWhy) {
  ASSERT_TRUE(host_.open().ok());
  std::filesystem::remove_all(directory_ / "log/tile");
  write_text(directory_ / "log/tile", "in the way");
  host_.append(3);
  EXPECT_TRUE(host_.check(host_.inclusion(2).value()).ok());
  const daemon::Alarm alarm = await_alarm();
  EXPECT_EQ(alarm.name, "log-files");
  EXPECT_EQ(alarm.reason, "FILE_WRITE_FAILED");
  EXPECT_THAT(alarm.what, HasSubstr((directory_ / "log/tile/").string()));
  EXPECT_THAT(alarm.what, HasSubstr("Not a directory"));
  std::filesystem::remove(directory_ / "log/tile");
  await_no_alarm();
  EXPECT_EQ(host_.check_files()->size, 3U);
}

TEST_F(Log, DirectoryThatWasMovedIsAnAlarmUntilItIsBack) {
  ASSERT_TRUE(host_.open().ok());
  std::filesystem::rename(directory_ / "log", directory_ / "elsewhere");
  std::filesystem::create_directory(directory_ / "log");
  host_.append(3);
  EXPECT_EQ(await_alarm().reason, "FILE_DIRECTORY_MOVED");
  EXPECT_THAT(read_text(directory_ / "elsewhere/checkpoint"), HasSubstr("\n0\n"));
  std::filesystem::remove(directory_ / "log");
  std::filesystem::rename(directory_ / "elsewhere", directory_ / "log");
  await_no_alarm();
  EXPECT_EQ(host_.check_files()->size, 3U);
}

TEST_F(Log, TriesInVainAreProgressToo) {
  ASSERT_TRUE(host_.open().ok());
  write_text(directory_ / "log/tile", "in the way");
  host_.append(1);
  await_alarm();
  const std::uint64_t before = host_.log().tries();
  while (host_.log().tries() == before) pause_briefly();
  EXPECT_EQ(host_.log().published_size(), 0U);
}

TEST_F(Log, FilesStandStillWhileTheyAreCopied) {
  ASSERT_TRUE(host_.open().ok());
  host_.append(10);
  host_.wait_until_published();
  const Result<void> copied = host_.log().while_still([&](const daemon::Projection& at) {
    EXPECT_EQ(at.size, 10U);
    host_.append(10);
    EXPECT_TRUE(host_.check(host_.inclusion(19).value()).ok());
    EXPECT_EQ(host_.check_files()->size, 10U);
    EXPECT_EQ(host_.log().published_size(), 10U);
    return Result<void>(unavailable("COPY_FAILED", "as the test wants"));
  });
  EXPECT_EQ(copied.error().reason, "COPY_FAILED");
  host_.wait_until_published();
  EXPECT_EQ(host_.check_files()->size, 20U);
}

// What `restore` compares is the checkpoint of the copy.
TEST_F(Log, FilesHaveFollowedBeforeTheyAreCopied) {
  host_.options.publish_interval = std::chrono::hours(1);
  ASSERT_TRUE(host_.open().ok());
  host_.append(1);
  host_.wait_until_published();
  host_.append(10);
  ASSERT_TRUE(host_.check(host_.inclusion(10).value()).ok());
  EXPECT_EQ(host_.log().published_size(), 1U);
  EXPECT_TRUE(host_.log()
                  .while_still([&](const daemon::Projection& at) {
                    EXPECT_EQ(at.size, 11U);
                    EXPECT_EQ(host_.check_files()->size, 11U);
                    return Result<void>();
                  })
                  .ok());
}

TEST_F(Log, HandedOverItIsCompleteUnlockedAndClosedForGood) {
  host_.options.publish_interval = std::chrono::hours(1);
  ASSERT_TRUE(host_.open().ok());
  host_.append(300);
  const Result<void> handed_over = host_.log().hand_over(Deadline::after(std::chrono::seconds(60)));
  ASSERT_TRUE(handed_over.ok()) << handed_over.error().message;
  EXPECT_EQ(host_.check_files()->size, 300U);
  EXPECT_TRUE(daemon::Files::open(directory_ / "log").value()->lock(".state/treeState.lock").ok());
  EXPECT_EQ(host_.log().ready().error().reason, "LOG_HANDED_OVER");
  EXPECT_EQ(host_.inclusion(0).error().reason, "LOG_HANDED_OVER");
  EXPECT_EQ(host_.log().hand_over(Deadline::after(std::chrono::seconds(1))).error().reason,
            "LOG_HANDED_OVER");
  host_.append(1);
  host_.close();
  EXPECT_EQ(host_.check_files()->size, 300U);
  const Error refusal = host_.open().error();
  EXPECT_EQ(refusal.reason, "LOG_HANDED_OVER");
  EXPECT_NE(refusal.message.find("docs/backup.md has how the archive is read"), std::string::npos);
}

TEST_F(Log, AnotherKeyOfTheSameNameSignsNothing) {
  ASSERT_TRUE(host_.open().ok());
  host_.append(1);
  host_.wait_until_published();
  const Deadline soon = Deadline::after(std::chrono::seconds(60));
  const std::string name = host_.options.key_name;
  ASSERT_TRUE(host_.key_host.remove_key(name, soon).ok());
  ASSERT_TRUE(host_.key_host.make_key(name, Algorithm::ed25519, soon).ok());
  host_.append(1);
  // Before the first try to sign no reason can be given.
  Error refused = hand_over_fails();
  while (refused.message.ends_with("the key host is slow")) refused = hand_over_fails();
  EXPECT_EQ(refused.reason, "LOG_CHECKPOINT_UNSIGNED");
  EXPECT_NE(refused.message.find("is not the one that signed this log"), std::string::npos)
      << refused.message;
}

TEST_F(Log, AHandOverThatFailsLeavesTheLogOpen) {
  ASSERT_TRUE(host_.open().ok());
  host_.key_host.fail_with(unavailable("KEY_HOST_DOWN", "down"));
  host_.append(1);
  EXPECT_EQ(hand_over_fails().reason, "LOG_CHECKPOINT_UNSIGNED");
  host_.key_host.fail_with(std::nullopt);
  EXPECT_TRUE(host_.log().ready().ok());
  host_.append(1);
  EXPECT_TRUE(host_.check(host_.inclusion(1).value()).ok());
}

}  // namespace
}  // namespace chancery::testing
