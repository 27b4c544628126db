#include "core/tlog/merkle.h"

#include <fmt/format.h>

#include <bit>

#include "core/base/encoding.h"
#include "core/base/limits/bundles.h"

namespace chancery::tlog {
namespace {

constexpr std::array<std::uint8_t, 1> leaf_prefix = {0x00};
constexpr std::array<std::uint8_t, 1> node_prefix = {0x01};

Error bad_inclusion(std::string_view what) {
  return invalid_request("INCLUSION_PROOF_INVALID", fmt::format("the inclusion proof {}", what));
}
Error bad_consistency(std::string_view what) {
  return invalid_request("CONSISTENCY_PROOF_INVALID",
                         fmt::format("the consistency proof {}", what));
}

// The path from a node to the root: its own index and the last one of its level (RFC 9162's fn
// and sn). Both halve with each level climbed.
struct Climb {
  std::uint64_t index;
  std::uint64_t last;

  bool has_left_sibling() const { return (index & 1) != 0; }
  bool is_on_right_edge() const { return index == last; }
  void up() {
    index >>= 1;
    last >>= 1;
  }
  // A node without a sibling is its own parent.
  void skip_levels_without_sibling() {
    while (!has_left_sibling() && index != 0) up();
  }
};

// The hash of the last `width` leaves of a tree of `size`. They are one side of a split of the
// tree, so `width` is the low part of `size` and each of its bits is one complete subtree.
Result<Hash> edge_hash(std::uint64_t size, std::uint64_t width, const NodeReader& nodes) {
  auto level = static_cast<unsigned>(std::countr_zero(width));
  Hash hash = TRY(nodes.node({level, (size >> level) - 1}));
  for (++level; level < 64 && (width >> level) != 0; ++level) {
    if (((width >> level) & 1) == 0) continue;
    hash = node_hash(TRY(nodes.node({level, (size >> level) - 1})), hash);
  }
  return hash;
}

// Adds the siblings met on the way from a complete node to the root of a tree of `size`.
Result<void> add_siblings(NodeId from, std::uint64_t size, const NodeReader& nodes,
                          std::vector<Hash>& proof) {
  Climb climb{from.index, (size - 1) >> from.level};
  for (unsigned level = from.level; climb.last != 0; ++level, climb.up()) {
    if (climb.has_left_sibling()) {
      proof.push_back(TRY(nodes.node({level, climb.index - 1})));
    } else if (climb.index + 1 < (size >> level)) {
      proof.push_back(TRY(nodes.node({level, climb.index + 1})));
    } else if (!climb.is_on_right_edge()) {
      const std::uint64_t start = (climb.index + 1) << level;
      proof.push_back(TRY(edge_hash(size, size - start, nodes)));
    }
  }
  return {};
}

}  // namespace

Hash leaf_hash(ByteView entry) { return sha256({leaf_prefix, entry}); }
Hash node_hash(const Hash& left, const Hash& right) { return sha256({node_prefix, left, right}); }
Hash empty_root() { return sha256(ByteView{}); }

Result<void> verify_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf,
                              const std::vector<Hash>& proof, const Hash& root) {
  if (index >= size) {
    return invalid_request("INCLUSION_INDEX_OUT_OF_RANGE",
                           fmt::format("entry {} is not in a tree of {} entries", index, size));
  }
  Climb climb{index, size - 1};
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (climb.last == 0) return bad_inclusion("is too long");
    if (climb.has_left_sibling() || climb.is_on_right_edge()) {
      hash = node_hash(sibling, hash);
      climb.skip_levels_without_sibling();
    } else {
      hash = node_hash(hash, sibling);
    }
    climb.up();
  }
  if (climb.last != 0) return bad_inclusion("is too short");
  if (hash != root) {
    return bad_inclusion(fmt::format("of entry {} in a tree of {} leads to the root {}, not {}",
                                     index, size, hex_encode(hash), hex_encode(root)));
  }
  return {};
}

Result<void> verify_consistency(std::uint64_t old_size, std::uint64_t new_size,
                                const std::vector<Hash>& proof, const Hash& old_root,
                                const Hash& new_root) {
  if (old_size > new_size) return bad_consistency("goes from a larger tree to a smaller one");
  if (old_size == new_size || old_size == 0) {
    if (!proof.empty()) return bad_consistency("is too long");
    const Hash& expected = old_size == 0 ? empty_root() : new_root;
    if (old_root != expected) return bad_consistency("starts from another root");
    return {};
  }
  Climb climb{old_size - 1, new_size - 1};
  while (climb.has_left_sibling()) climb.up();
  // RFC 9162 2.1.4.2: "If first is an exact power of 2, then prepend first_hash".
  const bool starts_at_old_root = std::has_single_bit(old_size);
  if (!starts_at_old_root && proof.empty()) return bad_consistency("is too short");
  Hash from_old = starts_at_old_root ? old_root : proof.front();
  Hash from_new = from_old;
  for (std::size_t i = starts_at_old_root ? 0 : 1; i < proof.size(); ++i) {
    if (climb.last == 0) return bad_consistency("is too long");
    if (climb.has_left_sibling() || climb.is_on_right_edge()) {
      from_old = node_hash(proof[i], from_old);
      from_new = node_hash(proof[i], from_new);
      climb.skip_levels_without_sibling();
    } else {
      from_new = node_hash(from_new, proof[i]);
    }
    climb.up();
  }
  if (climb.last != 0) return bad_consistency("is too short");
  if (from_old != old_root) return bad_consistency("starts from another root");
  if (from_new != new_root) return bad_consistency("leads to another root");
  return {};
}

Result<Hash> root_at(std::uint64_t size, const NodeReader& nodes) {
  if (size == 0) return empty_root();
  return edge_hash(size, size, nodes);
}

Result<std::vector<Hash>> prove_inclusion(std::uint64_t index, std::uint64_t size,
                                          const NodeReader& nodes) {
  if (index >= size) {
    return invalid_request("INCLUSION_INDEX_OUT_OF_RANGE",
                           fmt::format("entry {} is not in a tree of {} entries", index, size));
  }
  std::vector<Hash> proof;
  proof.reserve(limits::proof_hashes_max);
  TRY(add_siblings({0, index}, size, nodes, proof));
  return proof;
}

Result<std::vector<Hash>> prove_consistency(std::uint64_t old_size, std::uint64_t new_size,
                                            const NodeReader& nodes) {
  if (old_size > new_size) {
    return invalid_request("CONSISTENCY_SIZE_OUT_OF_RANGE",
                           fmt::format("a tree of {} entries was not in the history of one of {}",
                                       old_size, new_size));
  }
  std::vector<Hash> proof;
  if (old_size == 0 || old_size == new_size) return proof;
  // The last complete subtree of the old tree is where the two trees part.
  const auto level = static_cast<unsigned>(std::countr_zero(old_size));
  const NodeId start{level, (old_size >> level) - 1};
  // RFC 6962 2.1.2: where it is the whole old tree, the verifier knows its hash.
  if (start.index != 0) proof.push_back(TRY(nodes.node(start)));
  TRY(add_siblings(start, new_size, nodes, proof));
  return proof;
}

}  // namespace chancery::tlog
