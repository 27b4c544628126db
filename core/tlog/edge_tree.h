// The right edge of a log's tree, in memory: what appending, new roots and proofs of recent entries
// need.
//
// Every complete node is kept once made, in one row a level, so a proof reads its siblings instead
// of hashing subtrees again. forget_before() drops what the tiles in files answer for.
#pragma once

#include <deque>
#include <vector>

#include "core/tlog/merkle.h"
#include "core/tlog/tile.h"

namespace chancery::tlog {

class LogFiles;

// One thread at a time.
class EdgeTree : public NodeReader {
 public:
  EdgeTree() = default;  // the empty tree
  // The edge of a tree of `size`, from its partial tiles. Errors: those of read_tile.
  static Result<EdgeTree> restore(std::uint64_t size, const LogFiles& files);

  std::uint64_t size() const { return size_; }
  void append(const Hash& leaf);  // one node hash on average
  Hash root() const;
  Hash root_with(const Hash& leaf) const;  // what root() would be, were this appended

  // Whether node() has it: complete, and not forgotten.
  bool holds(NodeId id) const;
  // Error: not_found NODE_NOT_HELD.
  Result<Hash> node(NodeId id) const override;

  // The hashes of a tile which begins in what is held: any tile that was not complete at the size
  // last given to forget_before().
  std::vector<Hash> tile(const TileId& id) const;

  // Drops the nodes of tiles that were complete at `size`: at most one tile a level then lies
  // before it.
  void forget_before(std::uint64_t size);

 private:
  struct Row {
    std::uint64_t first = 0;  // index of the first node held
    std::deque<Hash> nodes;
    std::uint64_t end() const { return first + nodes.size(); }
  };
  void push(unsigned level, const Hash& hash);

  std::uint64_t size_ = 0;
  std::vector<Row> rows_;  // by level; row k holds complete subtrees of 2^k leaves
};

}  // namespace chancery::tlog
