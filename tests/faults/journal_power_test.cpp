// Loses power after every single operation on the disk, and opens what is left.
#include <gmock/gmock.h>

#include "tests/faults/journal_facts.h"
#include "tests/support/disk/shadow_disk.h"
#include "tests/support/disk/shadow_vfs.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

using ::testing::ContainsRegex;

// Which of the confirmed things is missed first is the writer's luck.
const auto names_a_loss =
    ContainsRegex("gone|went back|no longer|shorter than|neither signed|malformed");

class JournalPower : public ::testing::Test {
 protected:
  JournalPower() {
    disk_.observe([this](std::size_t operation) { lose_power(operation); });
  }

  // Two lives with a stop between them.
  void live() {
    const auto note = [this](const Fact& fact) { facts_.note(fact); };
    for (const char* name : {"first", "second"}) {
      auto options = noted_options(directory_ / "state" / "journal.db", note);
      options.vfs = vfs_.name();
      const auto journal = open_journal(std::move(options));
      live_through(*journal, name, note);
    }
  }

  void lose_power(std::size_t operation) {
    is_fact_tried_ = facts_at_skip_ && facts_.count() > *facts_at_skip_;
    for (const auto kind : {PowerLoss::Kind::everything_unsynced, PowerLoss::Kind::some_of_it}) {
      if (!broken_.empty()) return;  // the first is enough
      write_image(disk_.survivors({kind, static_cast<unsigned>(operation)}), image_);
      const auto opened =
          daemon::Journal::open({.path = image_ / "journal.db", .log_room_bytes = 0});
      if (!opened.ok()) {
        broken_ = opened.error().message;
      } else if (const auto broken = facts_.find_broken_promise(**opened)) {
        broken_ = *broken;
      } else if (operation % 8 == 0) {  // a write is slow on a busy machine
        broken_ = facts_.find_receipt_used_twice(**opened).value_or("");
      }
      if (!broken_.empty()) {
        broken_ = "after operation " + std::to_string(operation) +
                  (kind == PowerLoss::Kind::some_of_it ? " (some survived): " : ": ") + broken_;
      }
    }
  }

  static std::filesystem::path made(std::filesystem::path path) {
    std::filesystem::create_directory(path);
    return path;
  }

  TemporaryDirectory directory_;
  // Thousands of journals are opened there: in memory where there is such a place.
  TemporaryDirectory images_{
      std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path()};
  const std::filesystem::path image_ = images_ / "image";
  ShadowDisk disk_;
  ShadowVfs vfs_{disk_, made(directory_ / "state")};
  JournalFacts facts_;
  std::string broken_;
  std::optional<std::size_t> facts_at_skip_;
  bool is_fact_tried_ = false;  // whether one that was confirmed since survives
};

TEST_F(JournalPower, WhatWasConfirmedSurvivesAtEveryOperation) {
  live();
  EXPECT_EQ(broken_, "");
  EXPECT_GT(disk_.operations(), 500U);
  std::printf("%zu operations, %zu syncs, %zu facts\n", disk_.operations(), disk_.syncs(),
              facts_.count());
}

TEST_F(JournalPower, TestNoticesThatSynchronousIsOff) {
  vfs_.force_synchronous_off();
  live();
  EXPECT_THAT(broken_, names_a_loss);
}

TEST_F(JournalPower, TestNoticesThatTheWriteAheadLogIsNeverSynced) {
  disk_.skip_syncs([this](const std::string& path, std::size_t) {
    return path == "journal.db-wal" && facts_.count() > 0;
  });
  live();
  EXPECT_THAT(broken_, names_a_loss);
}

TEST_F(JournalPower, TestNoticesThatTheMainFileIsNeverSynced) {
  disk_.skip_syncs([this](const std::string& path, std::size_t) {
    return path == "journal.db" && facts_.count() > 0;  // the checkpoints
  });
  live();
  EXPECT_THAT(broken_, names_a_loss);
}

TEST_F(JournalPower, TestNoticesThatNamesAreNeverSynced) {
  disk_.skip_syncs([](const std::string& path, std::size_t) { return path.empty(); });
  live();
  EXPECT_THAT(broken_, names_a_loss);
}

// Not every commit confirms something, and a checkpoint may sync at once what its commit has not:
// they are left out until the power has been lost behind a fact.
TEST_F(JournalPower, TestNoticesOneFactWithoutItsSync) {
  disk_.skip_syncs([this](const std::string& path, std::size_t nth) {
    if (path != "journal.db-wal" || nth <= 20) return false;
    if (!facts_at_skip_) facts_at_skip_ = facts_.count();
    return !is_fact_tried_;
  });
  live();
  EXPECT_THAT(broken_, names_a_loss);
}

}  // namespace
}  // namespace chancery::testing
