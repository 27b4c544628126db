// Files of the log that the disk has changed since: never a wrong proof or entry out of them.
#include <gmock/gmock.h>

#include "daemon/journal/sqlite/database.h"
#include "daemon/local_log/local_log.h"
#include "tests/support/journal/damaged_pages.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/journal/log_host.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// 600 entries: two tiles are complete and read back from the files.
class LogDamage : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(host_.open().ok());
    host_.append(600);
    host_.wait_until_published();
    ASSERT_TRUE(host_.open().ok());
  }
  std::filesystem::path file(const std::string& path) { return directory_ / ("log/" + path); }
  // Gives what was there.
  std::string change(const std::string& path) {
    const std::string whole = read_text(file(path));
    std::string changed = whole;
    changed[changed.size() / 2 + 5] ^= 1;  // within a body, not in its length
    write_text(file(path), changed);
    return whole;
  }
  std::string proof_of(std::uint64_t index) {
    const auto inclusion = host_.inclusion(index);
    if (!inclusion.ok()) return inclusion.error().reason;
    return host_.check(*inclusion).ok() ? "holds" : "wrong";
  }
  std::string alarm() {
    const auto standing = host_.alarms.standing();
    return standing.empty() ? "none" : standing[0].name + ": " + standing[0].what;
  }

  TemporaryDirectory directory_;
  LogHost host_{directory_.path()};
};

TEST_F(LogDamage, ChangedTileIsMadeAnewFromItsEntries) {
  const std::string whole = change("tile/0/000");
  EXPECT_EQ(proof_of(5), "holds");
  EXPECT_EQ(read_text(file("tile/0/000")), whole);
  EXPECT_EQ(alarm(), "none");
}

TEST_F(LogDamage, MissingTileIsMadeAnewFromItsEntries) {
  std::filesystem::remove(file("tile/0/001"));
  EXPECT_EQ(proof_of(300), "holds");
  EXPECT_TRUE(host_.check_files().ok());
}

TEST_F(LogDamage, TileThatCannotBeMadeAnewIsAnAlarmUntilItIsBack) {
  const std::string tile = change("tile/0/000"), entries = change("tile/entries/000");
  EXPECT_EQ(proof_of(5), "TILE_DAMAGED");
  EXPECT_EQ(host_.log().prove_inclusion(5, 600).error().reason, "TILE_DAMAGED");
  EXPECT_EQ(host_.log().prove_consistency(5, 600).error().reason, "TILE_DAMAGED");
  EXPECT_EQ(host_.log().entry(5).error().reason, "TILE_DAMAGED");
  EXPECT_THAT(alarm(), HasSubstr("log-damage: tile/0/000: is not as it was signed"));
  EXPECT_EQ(proof_of(300), "holds") << "of another tile";
  host_.append(1);
  EXPECT_EQ(proof_of(600), "holds") << "the log goes on";
  write_text(file("tile/0/000"), tile);
  EXPECT_EQ(proof_of(5), "holds");
  EXPECT_EQ(alarm(), "none");
}

// Its files are sound: nobody is sent to look at them.
TEST_F(LogDamage, DamageOfTheJournalIsToldAsSuchWhereItKeepsTheFilesBack) {
  host_.options.publish_interval = std::chrono::hours(1);
  ASSERT_TRUE(host_.open().ok());
  host_.append(1);
  host_.wait_until_published();
  daemon::Journal& journal = host_.journal();
  ASSERT_TRUE(sign(journal, accept(journal, "wide"), std::string(20000, 'M')).ok());
  const std::filesystem::path path = directory_ / "journal.db";
  using daemon::sqlite::Access;
  const auto other = daemon::sqlite::Database::open(path, Access::read_write_create, {}).value();
  ASSERT_TRUE(other->run("PRAGMA wal_checkpoint(TRUNCATE)").ok());
  damage_pages(path, 'M');
  while (alarm() == "none") {
    (void)host_.log().hand_over(Deadline::after(std::chrono::milliseconds(100)));
  }
  const daemon::Alarm standing = host_.alarms.standing().at(0);
  EXPECT_EQ(standing.name, "log-files");
  EXPECT_EQ(standing.reason, "JOURNAL_DAMAGED");
  EXPECT_THAT(standing.what, HasSubstr(path.string()));
  EXPECT_THAT(standing.remedy, HasSubstr("Restore log and journal from one backup"));
}

TEST_F(LogDamage, ChangedEntryIsNotHandedOut) {
  const std::string whole = change("tile/entries/000");
  EXPECT_EQ(host_.log().entry(5).error().reason, "ENTRIES_DAMAGED");
  EXPECT_THAT(alarm(), HasSubstr("log-damage: tile/entries/000: is not as it was signed"));
  EXPECT_EQ(proof_of(5), "holds") << "its tile is sound";
  EXPECT_EQ(*host_.log().entry(300), LogHost::body(300));
  write_text(file("tile/entries/000"), whole);
  EXPECT_EQ(*host_.log().entry(5), LogHost::body(5));
  EXPECT_EQ(alarm(), "none");
}

TEST_F(LogDamage, BundleThatHasGrownSinceIsSoundWhenItIsReadAgain) {
  change("tile/entries/002.p/88");
  EXPECT_EQ(host_.log().entry(599).error().reason, "ENTRIES_DAMAGED");
  EXPECT_THAT(host_.alarms.standing().at(0).remedy, HasSubstr("`chancery log entry N`"));
  host_.append(1);
  host_.wait_until_published();
  EXPECT_EQ(*host_.log().entry(512), LogHost::body(512)) << "as the remedy says";
  EXPECT_EQ(alarm(), "none");
}

TEST_F(LogDamage, EntryOfAnOpenBundleIsComparedToo) {
  change("tile/entries/002.p/88");
  EXPECT_EQ(host_.log().entry(599).error().reason, "ENTRIES_DAMAGED");
}

}  // namespace
}  // namespace chancery::testing
