#include "core/tlog/edge_tree.h"

#include <fmt/format.h>

#include "core/tlog/log_files.h"

namespace chancery::tlog {
namespace {

// The first node of the tile that holds node `index_at(size)` of a level: where a row begins whose
// earlier tiles were complete at `size`.
std::uint64_t first_held(unsigned level, std::uint64_t size) {
  const unsigned tile_top = (level / tile_height + 1) * tile_height;
  return tile_top < 64 ? (size >> tile_top) << (tile_top - level) : 0;
}

}  // namespace

Result<EdgeTree> EdgeTree::restore(std::uint64_t size, const LogFiles& files) {
  EdgeTree tree;
  tree.size_ = size;
  for (unsigned level = 0; level < 64 && (size >> level) != 0; ++level) {
    tree.rows_.push_back({first_held(level, size), {}});
  }
  for (unsigned tile_level = 0; tile_level * tile_height < tree.rows_.size(); ++tile_level) {
    const unsigned level = tile_level * tile_height;
    const std::uint64_t nodes = size >> level;
    if (nodes % tile_width == 0) continue;  // the next tile has not begun
    Row& row = tree.rows_[level];
    for (const Hash& hash : TRY(read_tile(files, tile_level, nodes / tile_width, size))) {
      row.nodes.push_back(hash);
    }
    for (unsigned above = level + 1; above < level + tile_height; ++above) {
      if (above >= tree.rows_.size()) break;
      const std::deque<Hash>& below = tree.rows_[above - 1].nodes;
      for (std::size_t i = 0; i + 1 < below.size(); i += 2) {
        tree.rows_[above].nodes.push_back(node_hash(below[i], below[i + 1]));
      }
    }
  }
  return tree;
}

void EdgeTree::append(const Hash& leaf) {
  push(0, leaf);
  ++size_;
}

void EdgeTree::push(unsigned level, const Hash& hash) {
  Hash complete = hash;
  for (;; ++level) {
    if (level == rows_.size()) rows_.emplace_back();
    Row& row = rows_[level];
    row.nodes.push_back(complete);
    if (row.end() % 2 != 0) return;
    // A right child completes its parent. The left one is in the same tile, hence still held.
    complete = node_hash(row.nodes[row.nodes.size() - 2], row.nodes.back());
  }
}

Hash EdgeTree::root() const { return root_at(size_, *this).value(); }

// Each complete subtree, from the right, is the left neighbour of all that follows it.
Hash EdgeTree::root_with(const Hash& leaf) const {
  Hash root = leaf;
  for (unsigned level = 0; level < rows_.size(); ++level) {
    const std::uint64_t complete = size_ >> level;
    if (complete % 2 == 1) root = node_hash(node({level, complete - 1}).value(), root);
  }
  return root;
}

bool EdgeTree::holds(NodeId id) const {
  if (id.level >= rows_.size()) return false;
  const Row& row = rows_[id.level];
  return row.first <= id.index && id.index < row.end();
}

Result<Hash> EdgeTree::node(NodeId id) const {
  if (!holds(id)) {
    return not_found("NODE_NOT_HELD",
                     fmt::format("node {} of level {} is not in memory", id.index, id.level));
  }
  const Row& row = rows_[id.level];
  return row.nodes[static_cast<std::size_t>(id.index - row.first)];
}

std::vector<Hash> EdgeTree::tile(const TileId& id) const {
  const unsigned level = id.level * tile_height;
  CHANCERY_ASSERT(holds({level, id.index * tile_width}));
  CHANCERY_ASSERT(holds({level, id.index * tile_width + id.width - 1}));
  const Row& row = rows_[level];
  const auto begin =
      row.nodes.begin() + static_cast<std::ptrdiff_t>(id.index * tile_width - row.first);
  return {begin, begin + id.width};
}

void EdgeTree::forget_before(std::uint64_t size) {
  CHANCERY_ASSERT(size <= size_);
  for (unsigned level = 0; level < rows_.size(); ++level) {
    Row& row = rows_[level];
    const std::uint64_t first = first_held(level, size);
    if (first <= row.first) continue;
    const auto dropped = static_cast<std::ptrdiff_t>(first - row.first);
    row.nodes.erase(row.nodes.begin(), row.nodes.begin() + dropped);
    row.first = first;
  }
}

}  // namespace chancery::tlog
