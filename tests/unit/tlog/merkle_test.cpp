#include "core/tlog/merkle.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "tests/unit/tlog/naive_tree.h"

namespace chancery::tlog {
namespace {

constexpr std::size_t sizes_max = 300;  // past one tile, with each shape of the right edge below

// The eight leaves and the roots over them that Certificate Transparency's first implementation
// published, and everybody tests with since.
const std::vector<std::string> known_leaves = {"",
                                               "00",
                                               "10",
                                               "2021",
                                               "3031",
                                               "40414243",
                                               "5051525354555657",
                                               "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> known_roots = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

TEST(Merkle, RootsOfTheKnownTreeAreTheKnownRoots) {
  std::vector<Hash> leaves;
  for (std::size_t size = 0; size < known_roots.size(); ++size) {
    EXPECT_EQ(hex_encode(*root_at(size, NaiveNodes(leaves))), known_roots[size]) << size;
    if (size < known_leaves.size()) leaves.push_back(leaf_hash(*hex_decode(known_leaves[size])));
  }
}

TEST(Merkle, RootsAndProofsAreThoseOfTheRecursiveDefinitions) {
  const std::vector<Hash> leaves = test_leaves(sizes_max);
  for (std::size_t size = 0; size <= sizes_max; ++size) {
    const Leaves tree = Leaves(leaves).first(size);
    const NaiveNodes nodes(tree);
    ASSERT_EQ(*root_at(size, nodes), naive_root(tree)) << size;
    // Every index and old size near the edges, a sample of the rest.
    for (std::size_t i = 0; i < size; i += (i < 20 || i + 20 > size) ? 1 : 7) {
      ASSERT_EQ(*prove_inclusion(i, size, nodes), naive_inclusion(i, tree)) << i << " of " << size;
      ASSERT_EQ(*prove_consistency(i, size, nodes), naive_consistency(i, tree))
          << i << " to " << size;
    }
  }
}

TEST(Merkle, ProofsOfEverySizeVerify) {
  const std::vector<Hash> leaves = test_leaves(sizes_max);
  for (std::size_t size = 1; size <= sizes_max; size += size < 70 ? 1 : 23) {
    const Leaves tree = Leaves(leaves).first(size);
    const NaiveNodes nodes(tree);
    const Hash root = naive_root(tree);
    for (std::size_t i = 0; i < size; ++i) {
      ASSERT_TRUE(verify_inclusion(i, size, leaves[i], *prove_inclusion(i, size, nodes), root).ok())
          << i << " of " << size;
      ASSERT_TRUE(verify_consistency(i, size, *prove_consistency(i, size, nodes),
                                     naive_root(tree.first(i)), root)
                      .ok())
          << i << " to " << size;
    }
    ASSERT_TRUE(verify_consistency(size, size, {}, root, root).ok());
  }
}

std::string inclusion_reason(std::uint64_t index, std::uint64_t size, const Hash& leaf,
                             const std::vector<Hash>& proof, const Hash& root) {
  const Result<void> verdict = verify_inclusion(index, size, leaf, proof, root);
  return verdict.ok() ? "" : verdict.error().reason;
}

TEST(Merkle, AnInclusionProofChangedInAnyWayIsRefused) {
  const std::vector<Hash> leaves = test_leaves(70);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    const Leaves tree = Leaves(leaves).first(size);
    const Hash root = naive_root(tree);
    for (std::size_t index = 0; index < size; ++index) {
      const std::vector<Hash> proof = naive_inclusion(index, tree);
      const auto reason_with = [&](const std::vector<Hash>& changed) {
        return inclusion_reason(index, size, leaves[index], changed, root);
      };
      std::vector<Hash> longer = proof;
      longer.push_back(root);
      ASSERT_EQ(reason_with(longer), "INCLUSION_PROOF_INVALID");
      for (std::size_t i = 0; i < proof.size(); ++i) {
        std::vector<Hash> flipped = proof;
        flipped[i][31] ^= 1;
        ASSERT_EQ(reason_with(flipped), "INCLUSION_PROOF_INVALID");
        std::vector<Hash> shorter = proof;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
        ASSERT_EQ(reason_with(shorter), "INCLUSION_PROOF_INVALID");
      }
      if (size > 1) {
        ASSERT_EQ(inclusion_reason((index + 1) % size, size, leaves[index], proof, root),
                  "INCLUSION_PROOF_INVALID");
      }
      ASSERT_EQ(inclusion_reason(index, size, root_at(0, NaiveNodes({})).value(), proof, root),
                "INCLUSION_PROOF_INVALID");
    }
  }
}

TEST(Merkle, AnIndexOutsideTheTreeIsRefused) {
  const std::vector<Hash> leaves = test_leaves(4);
  const NaiveNodes nodes(leaves);
  const Hash root = naive_root(leaves);
  EXPECT_EQ(inclusion_reason(4, 4, leaves[3], naive_inclusion(3, leaves), root),
            "INCLUSION_INDEX_OUT_OF_RANGE");
  EXPECT_EQ(inclusion_reason(0, 0, leaves[0], {}, empty_root()), "INCLUSION_INDEX_OUT_OF_RANGE");
  EXPECT_EQ(prove_inclusion(4, 4, nodes).error().reason, "INCLUSION_INDEX_OUT_OF_RANGE");
  EXPECT_EQ(prove_consistency(5, 4, nodes).error().reason, "CONSISTENCY_SIZE_OUT_OF_RANGE");
}

TEST(Merkle, TheLargestSizesNeitherOverflowNorLoop) {
  const std::uint64_t largest = ~std::uint64_t{0};
  const std::vector<Hash> proof(64, empty_root());
  EXPECT_EQ(inclusion_reason(largest - 1, largest, empty_root(), proof, empty_root()),
            "INCLUSION_PROOF_INVALID");
  EXPECT_EQ(
      verify_consistency(largest - 1, largest, proof, empty_root(), empty_root()).error().reason,
      "CONSISTENCY_PROOF_INVALID");
}

TEST(Merkle, AConsistencyProofChangedInAnyWayIsRefused) {
  const std::vector<Hash> leaves = test_leaves(70);
  for (std::size_t size = 2; size <= leaves.size(); ++size) {
    const Leaves tree = Leaves(leaves).first(size);
    const Hash root = naive_root(tree);
    for (std::size_t old_size = 1; old_size < size; ++old_size) {
      const Hash old_root = naive_root(tree.first(old_size));
      const std::vector<Hash> proof = naive_consistency(old_size, tree);
      const auto reason_with = [&](const std::vector<Hash>& changed, const Hash& before,
                                   const Hash& after) {
        const Result<void> verdict = verify_consistency(old_size, size, changed, before, after);
        return verdict.ok() ? "" : verdict.error().reason;
      };
      ASSERT_EQ(reason_with(proof, old_root, root), "");
      ASSERT_EQ(reason_with(proof, root, root), "CONSISTENCY_PROOF_INVALID");
      ASSERT_EQ(reason_with(proof, old_root, old_root), "CONSISTENCY_PROOF_INVALID");
      std::vector<Hash> longer = proof;
      longer.push_back(root);
      ASSERT_EQ(reason_with(longer, old_root, root), "CONSISTENCY_PROOF_INVALID");
      ASSERT_EQ(reason_with({}, old_root, root), "CONSISTENCY_PROOF_INVALID");
      for (std::size_t i = 0; i < proof.size(); ++i) {
        std::vector<Hash> flipped = proof;
        flipped[i][0] ^= 0x80;
        ASSERT_EQ(reason_with(flipped, old_root, root), "CONSISTENCY_PROOF_INVALID");
      }
    }
  }
}

TEST(Merkle, ConsistencyWithTheEmptyTreeAndWithItselfTakesNoHashes) {
  const Hash root = leaf_hash(as_bytes("x"));
  EXPECT_TRUE(verify_consistency(0, 1, {}, empty_root(), root).ok());
  EXPECT_FALSE(verify_consistency(0, 1, {}, root, root).ok());
  EXPECT_FALSE(verify_consistency(0, 1, {root}, empty_root(), root).ok());
  EXPECT_FALSE(verify_consistency(1, 1, {root}, root, root).ok());
  EXPECT_FALSE(verify_consistency(1, 1, {}, root, empty_root()).ok());
  EXPECT_EQ(verify_consistency(2, 1, {}, root, root).error().reason, "CONSISTENCY_PROOF_INVALID");
}

}  // namespace
}  // namespace chancery::tlog
