// The log's tree as its threads share it: the edge in memory, the rest in tiles.
#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "core/tlog/edge_tree.h"
#include "daemon/journal/journal.h"
#include "daemon/local_log/sound_files.h"

namespace chancery::daemon {

// Thread-safe. The edge reaches back to the tiles that were not complete at the projected size;
// whatever it does not hold lies in full tiles, which never change: each is compared with the node
// above it, up to the edge.
class LogTree {
 public:
  // `edge` was restored at `projected`, or holds more. Borrows the files.
  LogTree(tlog::EdgeTree edge, std::uint64_t projected, SoundFiles& files);

  void append(const std::vector<AppendedEntry>& entries);  // without gaps
  Projection head() const;                                 // all of it
  // What head() would be, were this appended; nothing where it is not the next.
  std::optional<Projection> head_with(const AppendedEntry& entry) const;
  std::uint64_t size() const;

  // Of a tree that this one has been. Errors: invalid_request INCLUSION_INDEX_OUT_OF_RANGE,
  // CONSISTENCY_SIZE_OUT_OF_RANGE, LOG_SIZE_OUT_OF_RANGE; those of SoundFiles::read_tile.
  Result<std::vector<tlog::Hash>> prove_inclusion(std::uint64_t index, std::uint64_t size) const;
  Result<std::vector<tlog::Hash>> prove_consistency(std::uint64_t old_size,
                                                    std::uint64_t new_size) const;
  Result<tlog::Hash> leaf(std::uint64_t index) const;
  Result<std::vector<tlog::Hash>> leaves(std::uint64_t first, std::size_t count) const;

  // Of a tile that was not complete at the projected size.
  std::vector<tlog::Hash> tile(const tlog::TileId& id) const;
  // The files reach to here now, durably.
  void set_projected(std::uint64_t size);

 private:
  class Nodes;
  Result<void> check_size(std::uint64_t size) const;

  SoundFiles& files_;
  mutable std::mutex mutex_;
  tlog::EdgeTree edge_;
  std::uint64_t projected_;
};

}  // namespace chancery::daemon
