#include "daemon/local_log/log_tree.h"

#include <fmt/format.h>

#include <deque>

namespace chancery::daemon {

// The nodes of the edge, and of the tiles for what the edge has forgotten. One proof each.
class LogTree::Nodes : public tlog::NodeReader {
 public:
  explicit Nodes(const LogTree& tree) : tree_(tree) {}

  Result<tlog::Hash> node(tlog::NodeId id) const override {
    {
      const std::lock_guard lock(tree_.mutex_);
      if (tree_.edge_.holds(id)) return tree_.edge_.node(id);
    }
    const unsigned above = tlog::tile_height - id.level % tlog::tile_height;
    const Tile* found = TRY(tile(id.level / tlog::tile_height, id.index >> above));
    return tlog::node_in_tile(found->hashes, id);
  }

 private:
  struct Tile {
    unsigned level;
    std::uint64_t index;
    std::vector<tlog::Hash> hashes;
  };
  Result<const Tile*> tile(unsigned level, std::uint64_t index) const {
    for (const Tile& known : tiles_) {
      if (known.level == level && known.index == index) return &known;
    }
    const tlog::Hash root = TRY(node({(level + 1) * tlog::tile_height, index}));
    std::vector<tlog::Hash> hashes = TRY(tree_.files_.read_tile(level, index, root));
    tiles_.push_back({level, index, std::move(hashes)});
    return &tiles_.back();
  }

  const LogTree& tree_;
  mutable std::deque<Tile> tiles_;  // two a level at most for one proof
};

LogTree::LogTree(tlog::EdgeTree edge, std::uint64_t projected, SoundFiles& files)
    : files_(files), edge_(std::move(edge)), projected_(projected) {
  edge_.forget_before(projected);
}

void LogTree::append(const std::vector<AppendedEntry>& entries) {
  const std::lock_guard lock(mutex_);
  for (const AppendedEntry& entry : entries) {
    CHANCERY_ASSERT(entry.index == edge_.size());
    edge_.append(entry.leaf);
  }
}

Projection LogTree::head() const {
  const std::lock_guard lock(mutex_);
  return {edge_.size(), edge_.root()};
}

std::optional<Projection> LogTree::head_with(const AppendedEntry& entry) const {
  const std::lock_guard lock(mutex_);
  if (entry.index != edge_.size()) return std::nullopt;
  return Projection{entry.index + 1, edge_.root_with(entry.leaf)};
}

std::uint64_t LogTree::size() const {
  const std::lock_guard lock(mutex_);
  return edge_.size();
}

Result<std::vector<tlog::Hash>> LogTree::prove_inclusion(std::uint64_t index,
                                                         std::uint64_t size) const {
  TRY(check_size(size));
  {
    const std::lock_guard lock(mutex_);
    if (edge_.holds({0, index})) return tlog::prove_inclusion(index, size, edge_);
  }
  return tlog::prove_inclusion(index, size, Nodes(*this));
}

Result<std::vector<tlog::Hash>> LogTree::prove_consistency(std::uint64_t old_size,
                                                           std::uint64_t new_size) const {
  TRY(check_size(new_size));
  return tlog::prove_consistency(old_size, new_size, Nodes(*this));
}

Result<tlog::Hash> LogTree::leaf(std::uint64_t index) const {
  return Nodes(*this).node({0, index});
}

Result<std::vector<tlog::Hash>> LogTree::leaves(std::uint64_t first, std::size_t count) const {
  const Nodes nodes(*this);
  std::vector<tlog::Hash> out;
  for (std::uint64_t index = first; index < first + count; ++index) {
    out.push_back(TRY(nodes.node({0, index})));
  }
  return out;
}

std::vector<tlog::Hash> LogTree::tile(const tlog::TileId& id) const {
  const std::lock_guard lock(mutex_);
  return edge_.tile(id);
}

void LogTree::set_projected(std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  projected_ = size;
  edge_.forget_before(size);
}

Result<void> LogTree::check_size(std::uint64_t size) const {
  const std::uint64_t now = this->size();
  if (size <= now) return {};
  return invalid_request("LOG_SIZE_OUT_OF_RANGE",
                         fmt::format("the log has {} entries, not yet {}", now, size));
}

}  // namespace chancery::daemon
