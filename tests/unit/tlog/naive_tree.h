// The recursive definitions of RFC 6962 2.1, word for word and without thought for speed: what the
// real code is compared with.
#pragma once

#include <bit>
#include <span>
#include <string>
#include <vector>

#include "core/tlog/merkle.h"

namespace chancery::tlog {

using Leaves = std::span<const Hash>;

// "k is the largest power of two smaller than n".
inline std::size_t split_of(std::size_t n) { return std::bit_ceil(n) / 2; }

inline Hash naive_root(Leaves leaves) {
  if (leaves.empty()) return empty_root();
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = split_of(leaves.size());
  return node_hash(naive_root(leaves.first(k)), naive_root(leaves.subspan(k)));
}

inline std::vector<Hash> naive_inclusion(std::size_t index, Leaves leaves) {
  if (leaves.size() <= 1) return {};
  const std::size_t k = split_of(leaves.size());
  std::vector<Hash> proof;
  if (index < k) {
    proof = naive_inclusion(index, leaves.first(k));
    proof.push_back(naive_root(leaves.subspan(k)));
  } else {
    proof = naive_inclusion(index - k, leaves.subspan(k));
    proof.push_back(naive_root(leaves.first(k)));
  }
  return proof;
}

inline std::vector<Hash> naive_subproof(std::size_t m, Leaves leaves, bool is_known) {
  if (m == leaves.size()) {
    return is_known ? std::vector<Hash>{} : std::vector<Hash>{naive_root(leaves)};
  }
  const std::size_t k = split_of(leaves.size());
  std::vector<Hash> proof;
  if (m <= k) {
    proof = naive_subproof(m, leaves.first(k), is_known);
    proof.push_back(naive_root(leaves.subspan(k)));
  } else {
    proof = naive_subproof(m - k, leaves.subspan(k), false);
    proof.push_back(naive_root(leaves.first(k)));
  }
  return proof;
}

inline std::vector<Hash> naive_consistency(std::size_t old_size, Leaves leaves) {
  return old_size == 0 ? std::vector<Hash>{} : naive_subproof(old_size, leaves, true);
}

// Nodes straight from the leaves; refuses nodes that are not complete.
class NaiveNodes : public NodeReader {
 public:
  explicit NaiveNodes(Leaves leaves) : leaves_(leaves) {}
  Result<Hash> node(NodeId id) const override {
    const std::size_t first = static_cast<std::size_t>(id.index) << id.level;
    const std::size_t count = std::size_t{1} << id.level;
    if (first + count > leaves_.size()) return internal("TEST_NODE_INCOMPLETE", "not complete");
    return naive_root(leaves_.subspan(first, count));
  }

 private:
  Leaves leaves_;
};

// The leaf hashes of the entries "entry 0", "entry 1", ...
inline std::string test_entry(std::uint64_t index) { return "entry " + std::to_string(index); }
inline std::vector<Hash> test_leaves(std::size_t count) {
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(as_bytes(test_entry(i))));
  return leaves;
}

}  // namespace chancery::tlog
