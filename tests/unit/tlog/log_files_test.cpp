#include "core/tlog/log_files.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/tlog/memory_files.h"

namespace chancery::tlog {
namespace {

TEST(TileNodes, ProofsFromTilesAreThoseOfTheRecursiveDefinitions) {
  for (const std::size_t size : {1U, 2U, 255U, 256U, 257U, 600U, 1024U}) {
    const MemoryFiles files = written_log(size);
    const std::vector<Hash> leaves = test_leaves(size);
    ASSERT_EQ(*root_at(size, TileNodes(files, size)), naive_root(leaves)) << size;
    for (std::size_t i = 0; i < size; i += 29) {
      ASSERT_EQ(*prove_inclusion(i, size, TileNodes(files, size)), naive_inclusion(i, leaves)) << i;
      ASSERT_EQ(*prove_consistency(i, size, TileNodes(files, size)), naive_consistency(i, leaves))
          << i;
    }
  }
}

TEST(TileNodes, ATreeOlderThanTheFilesIsProvedToo) {
  const MemoryFiles files = written_log(700);
  const std::vector<Hash> leaves = test_leaves(700);
  for (std::size_t size = 1; size <= 700; size += 41) {
    const Leaves known = Leaves(leaves).first(size);
    ASSERT_EQ(*root_at(size, TileNodes(files, 700)), naive_root(known)) << size;
    ASSERT_EQ(*prove_inclusion(size / 2, size, TileNodes(files, 700)),
              naive_inclusion(size / 2, known))
        << size;
  }
}

TEST(TileNodes, OneProofReadsEachTileOnce) {
  const MemoryFiles files = written_log(70000);
  const TileNodes nodes(files, 70000);
  EXPECT_TRUE(prove_inclusion(3, 70000, nodes).ok());
  EXPECT_LE(files.reads, 6U);
}

TEST(TileNodes, ANodeThatIsNotCompleteIsRefused) {
  const MemoryFiles files = written_log(300);
  const TileNodes nodes(files, 300);
  EXPECT_EQ(nodes.node({0, 300}).error().reason, "NODE_INCOMPLETE");
  EXPECT_EQ(nodes.node({9, 0}).error().reason, "NODE_INCOMPLETE");
  EXPECT_EQ(nodes.node({64, 0}).error().reason, "NODE_INCOMPLETE");
}

TEST(LogFiles, TheFullTileAnswersForAPartialOneThatIsGone) {
  MemoryFiles files = written_log(512);
  EXPECT_EQ(read_tile(files, 0, 1, 300)->size(), 44U);
  EXPECT_EQ(read_entries(files, 1, 300)->size(), 44U);
  const std::vector<Hash> leaves = test_leaves(300);
  EXPECT_TRUE(std::ranges::equal(*read_tile(files, 0, 1, 300), Leaves(leaves).subspan(256)));
}

TEST(LogFiles, SaysWhichBundleIsMissingOrDamaged) {
  MemoryFiles files = written_log(300);
  files.files["tile/entries/001.p/44"].pop_back();
  EXPECT_EQ(read_entries(files, 1, 300).error().reason, "ENTRIES_DAMAGED");
  files.files["tile/entries/001.p/44"] = encode_entries({{1}, {2}});
  EXPECT_EQ(read_entries(files, 1, 300).error().reason, "ENTRIES_DAMAGED");
  files.files.erase("tile/entries/001.p/44");
  EXPECT_EQ(read_entries(files, 1, 300).error().reason, "ENTRIES_MISSING");
  files.files.erase("tile/0/001.p/44");
  EXPECT_EQ(read_tile(files, 0, 1, 300).error().reason, "TILE_MISSING");
}

}  // namespace
}  // namespace chancery::tlog
