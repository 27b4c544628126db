// The model of the disk does what it says, or the tests on it would prove nothing.
#include "tests/support/disk/shadow_disk.h"

#include <gtest/gtest.h>

#include "tests/support/disk/shadow_files.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

using Image = ShadowDisk::Image;

Bytes bytes(std::string_view text) { return to_bytes(as_bytes(text)); }

class ShadowDiskTest : public ::testing::Test {
 protected:
  Image left() { return disk_.survivors({}); }
  ShadowDisk disk_;
};

TEST_F(ShadowDiskTest, ContentIsLostUntilItsSyncAndNameUntilItsDirectorys) {
  disk_.create("a");
  disk_.write("a", 0, as_bytes("one"));
  EXPECT_EQ(left(), Image{});
  disk_.sync_names("");
  EXPECT_EQ(left(), (Image{{"a", {}}}));
  disk_.sync("a");
  disk_.write("a", 1, as_bytes("XY"));
  EXPECT_EQ(left(), (Image{{"a", bytes("one")}}));
  disk_.sync("a");
  EXPECT_EQ(left(), (Image{{"a", bytes("oXY")}}));
}

TEST_F(ShadowDiskTest, RenameIsLostUntilItsDirectoryIsSynced) {
  disk_.create("old");
  disk_.sync_names("");
  disk_.create("new");
  disk_.write("new", 0, as_bytes("n"));
  disk_.sync("new");
  disk_.rename("new", "old");
  EXPECT_EQ(left(), (Image{{"old", {}}}));
  disk_.sync_names("");
  EXPECT_EQ(left(), (Image{{"old", bytes("n")}}));
}

TEST_F(ShadowDiskTest, RemovedFileComesBackUntilItsDirectoryIsSynced) {
  disk_.create("a");
  disk_.sync_names("");
  disk_.remove("a");
  EXPECT_EQ(left().size(), 1U);
  disk_.sync_names("");
  EXPECT_TRUE(left().empty());
}

TEST_F(ShadowDiskTest, SyncedFileInADirectoryWhoseNameIsNotSyncedIsLost) {
  disk_.make_directory("d");
  disk_.create("d/a");
  disk_.sync("d/a");
  disk_.sync_names("d");
  EXPECT_TRUE(left().empty());
  disk_.sync_names("");
  EXPECT_EQ(left().size(), 1U);
}

TEST_F(ShadowDiskTest, ByChanceSomeSurvivesAndSomeIsTorn) {
  disk_.create("a");
  disk_.sync_names("");
  disk_.write("a", 0, Bytes(4096, 'x'));
  std::set<std::size_t> sizes;
  for (unsigned seed = 0; seed < 100; ++seed) {
    sizes.insert(disk_.survivors({PowerLoss::Kind::some_of_it, seed}).at("a").size());
  }
  EXPECT_TRUE(sizes.contains(0));
  EXPECT_TRUE(sizes.contains(4096));
  EXPECT_GT(sizes.size(), 4U);
}

TEST_F(ShadowDiskTest, SkippedSyncSavesNothing) {
  disk_.skip_syncs([](const std::string& path, std::size_t) { return path == "a"; });
  disk_.create("a");
  disk_.sync_names("");
  disk_.write("a", 0, as_bytes("x"));
  disk_.sync("a");
  EXPECT_EQ(left(), (Image{{"a", {}}}));
}

TEST_F(ShadowDiskTest, LogFilesAreOnTheModelAsTheyAreOnTheDisk) {
  const TemporaryDirectory directory;
  const auto files = shadow_files(disk_, "log", daemon::Files::open(directory / "log").value());
  ASSERT_TRUE(files->make_directory("tile").ok());
  ASSERT_TRUE(files->write("tile/0.new", as_bytes("tile")).ok());
  ASSERT_TRUE(files->sync("tile/0.new").ok());
  ASSERT_TRUE(files->rename("tile/0.new", "tile/0").ok());
  ASSERT_TRUE(files->sync("tile").ok());
  EXPECT_TRUE(left().empty());
  ASSERT_TRUE(files->sync("").ok());
  EXPECT_EQ(left(), (Image{{"log/tile/0", bytes("tile")}}));
  EXPECT_EQ(as_text(files->read("tile/0", 100).value()), "tile");
  ASSERT_TRUE(files->remove_directory("tile").ok());
  ASSERT_TRUE(files->sync("").ok());
  EXPECT_TRUE(left().empty());
}

}  // namespace
}  // namespace chancery::testing
