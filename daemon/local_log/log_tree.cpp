#include "daemon/local_log/log_tree.h"

#include <fmt/format.h>

#include <optional>

namespace chancery::daemon {

// The nodes of the edge, and of the tiles for what the edge has forgotten. One proof each.
class LogTree::Nodes : public tlog::NodeReader {
 public:
  explicit Nodes(const LogTree& tree) : tree_(tree) {}

  Result<tlog::Hash> node(tlog::NodeId id) const override {
    std::uint64_t projected = 0;
    {
      const std::lock_guard lock(tree_.mutex_);
      if (tree_.edge_.holds(id)) return tree_.edge_.node(id);
      projected = tree_.projected_;
    }
    if (projected != tiles_size_ || !tiles_) {
      tiles_.emplace(tree_.files_, projected);
      tiles_size_ = projected;
    }
    return tiles_->node(id);
  }

 private:
  const LogTree& tree_;
  mutable std::optional<tlog::TileNodes> tiles_;
  mutable std::uint64_t tiles_size_ = 0;
};

LogTree::LogTree(tlog::EdgeTree edge, std::uint64_t projected, const Files& files)
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
