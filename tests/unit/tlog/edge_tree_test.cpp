#include "core/tlog/edge_tree.h"

#include <gtest/gtest.h>

#include "tests/unit/tlog/memory_files.h"

namespace chancery::tlog {
namespace {

TEST(EdgeTree, RootsAndProofsAreThoseOfTheRecursiveDefinitions) {
  const std::vector<Hash> leaves = test_leaves(600);
  EdgeTree tree;
  EXPECT_EQ(tree.root(), empty_root());
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    const Hash expected = tree.root_with(leaves[size - 1]);
    tree.append(leaves[size - 1]);
    ASSERT_EQ(tree.root(), expected) << size;
    ASSERT_EQ(tree.size(), size);
    if (size > 80 && size % 37 != 0 && size % 256 > 2) continue;
    const Leaves known = Leaves(leaves).first(size);
    ASSERT_EQ(tree.root(), naive_root(known)) << size;
    for (std::size_t i = 0; i < size; i += 11) {
      ASSERT_EQ(*prove_inclusion(i, size, tree), naive_inclusion(i, known)) << i << " of " << size;
      ASSERT_EQ(*prove_consistency(i, size, tree), naive_consistency(i, known)) << i;
    }
  }
}

TEST(EdgeTree, WhatIsForgottenIsNotHeldAndTheRestStillProves) {
  const std::vector<Hash> leaves = test_leaves(1500);
  EdgeTree tree;
  for (const Hash& leaf : leaves) tree.append(leaf);
  tree.forget_before(1100);
  EXPECT_FALSE(tree.holds({0, 1023}));
  EXPECT_EQ(tree.node({0, 1023}).error().reason, "NODE_NOT_HELD");
  EXPECT_EQ(*tree.node({0, 1024}), leaves[1024]);
  EXPECT_FALSE(tree.holds({0, 1500}));
  EXPECT_FALSE(tree.holds({40, 0}));
  EXPECT_EQ(tree.root(), naive_root(leaves));
  for (std::size_t i = 1024; i < leaves.size(); i += 7) {
    ASSERT_EQ(*prove_inclusion(i, 1500, tree), naive_inclusion(i, leaves)) << i;
  }
  // Level 0 from its current tile on, level 1 whole: 2^8 leaves a node.
  EXPECT_EQ(tree.tile({0, 5, 220}).front(), leaves[1280]);
  EXPECT_EQ(tree.tile({1, 0, 5}).size(), 5U);
}

TEST(EdgeTree, ForgettingAfterEachAppendKeepsRootAndTheLastProof) {
  const std::vector<Hash> leaves = test_leaves(1030);
  EdgeTree tree;
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    tree.append(leaves[size - 1]);
    tree.forget_before(size - 1);
    if (size > 20 && size % 256 > 3) continue;
    const Leaves known = Leaves(leaves).first(size);
    ASSERT_EQ(tree.root(), naive_root(known)) << size;
    ASSERT_EQ(*prove_inclusion(size - 1, size, tree), naive_inclusion(size - 1, known)) << size;
  }
}

TEST(EdgeTree, RestoredFromTilesItGoesOnAsIfItHadNeverStopped) {
  for (const std::size_t size : {0U, 1U, 2U, 3U, 100U, 255U, 256U, 257U, 300U, 511U, 512U, 700U}) {
    const MemoryFiles files = written_log(size);
    EdgeTree tree = *EdgeTree::restore(size, files);
    std::vector<Hash> leaves = test_leaves(size + 300);
    ASSERT_EQ(tree.size(), size);
    ASSERT_EQ(tree.root(), naive_root(Leaves(leaves).first(size))) << size;
    EdgeTree unbroken;
    for (const Hash& leaf : Leaves(leaves).first(size)) unbroken.append(leaf);
    unbroken.forget_before(size);
    for (const Hash& leaf : Leaves(leaves).subspan(size)) {
      const Hash expected = tree.root_with(leaf);
      tree.append(leaf);
      ASSERT_EQ(tree.root(), expected) << size << ": " << tree.size();
      unbroken.append(leaf);
      ASSERT_EQ(tree.root(), unbroken.root()) << size << ": " << tree.size();
    }
    ASSERT_EQ(tree.root(), naive_root(leaves)) << size;
    for (std::size_t i = size; i < leaves.size(); i += 13) {
      ASSERT_EQ(*prove_inclusion(i, leaves.size(), tree), naive_inclusion(i, leaves)) << i;
    }
    for (const TileId& id : new_tiles(size, tree.size())) {
      ASSERT_EQ(tree.tile(id), unbroken.tile(id)) << tile_path(id);
    }
  }
}

TEST(EdgeTree, SixtyFiveThousandEntriesReachTheThirdTileLevel) {
  const std::size_t size = 65536 + 300;
  const MemoryFiles files = written_log(size);
  EdgeTree tree = *EdgeTree::restore(size, files);
  EXPECT_EQ(files.reads, 3U);  // one partial tile a level
  EdgeTree whole;
  for (const Hash& leaf : test_leaves(size)) whole.append(leaf);
  EXPECT_EQ(tree.root(), whole.root());
  EXPECT_EQ(tree.tile({2, 0, 1}), whole.tile({2, 0, 1}));
  EXPECT_EQ(tile_bytes(tree.tile({2, 0, 1})), files.files.at("tile/2/000.p/1"));
}

TEST(EdgeTree, RestoringSaysWhichTileIsMissingOrDamaged) {
  MemoryFiles files = written_log(300);
  files.files.erase("tile/1/000.p/1");
  EXPECT_EQ(EdgeTree::restore(300, files).error().reason, "TILE_MISSING");
  files = written_log(300);
  files.files["tile/0/001.p/44"].pop_back();
  const Error error = EdgeTree::restore(300, files).error();
  EXPECT_EQ(error.reason, "TILE_DAMAGED");
  EXPECT_NE(error.message.find("tile/0/001.p/44"), std::string::npos) << error.message;
}

}  // namespace
}  // namespace chancery::tlog
