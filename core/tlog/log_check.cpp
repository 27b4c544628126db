#include "core/tlog/log_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/limits/bundles.h"
#include "core/tlog/edge_tree.h"

namespace chancery::tlog {
namespace {

Result<Checkpoint> read_published(const LogFiles& files, const NoteKey& key) {
  const Bytes note = TRY(read_checkpoint_file(files));
  return read_checkpoint(as_text(note), key);
}

Result<void> compare_tile(const LogFiles& files, const EdgeTree& tree, const TileId& id,
                          std::uint64_t size) {
  const std::vector<Hash> found = TRY(read_tile(files, id.level, id.index, size));
  const std::vector<Hash> expected = tree.tile(id);
  const auto [there, here] = std::ranges::mismatch(found, expected);
  if (there == found.end()) return {};
  return corrupt("TILE_CONTRADICTS_ENTRIES",
                 fmt::format("{}: hash {} is not that of the entries below it", tile_path(id),
                             there - found.begin()));
}

// The tiles that the entries from `start` on made complete.
Result<void> compare_complete_tiles(const LogFiles& files, const EdgeTree& tree,
                                    std::uint64_t start, std::uint64_t size) {
  for (const TileId& id : new_tiles(start, tree.size())) {
    if (id.width == tile_width) TRY(compare_tile(files, tree, id, size));
  }
  return {};
}

Result<void> compare_partial_tiles(const LogFiles& files, const EdgeTree& tree) {
  for (unsigned level = 0; level * tile_height < 64; ++level) {
    const std::uint64_t index = tree.size() >> (level * tile_height) >> tile_height;
    const unsigned width = partial_width(level, index, tree.size());
    if (width != 0) TRY(compare_tile(files, tree, {level, index, width}, tree.size()));
  }
  return {};
}

}  // namespace

Result<Bytes> read_checkpoint_file(const LogFiles& files) {
  Result<Bytes> note = files.read("checkpoint", limits::checkpoint_bytes_max);
  if (note.ok() || note.error().reason != "FILE_NOT_FOUND") return note;
  return corrupt("CHECKPOINT_MISSING", "checkpoint: not there: is this the log's directory?");
}

Result<Checkpoint> check_log(const LogFiles& files, const NoteKey& key, const Progress& progress) {
  Checkpoint checkpoint = TRY(read_published(files, key));
  EdgeTree tree;
  while (tree.size() < checkpoint.size) {
    const std::uint64_t start = tree.size();
    for (const Bytes& entry : TRY(read_entries(files, start / tile_width, checkpoint.size))) {
      tree.append(leaf_hash(entry));
    }
    TRY(compare_complete_tiles(files, tree, start, checkpoint.size));
    tree.forget_before(tree.size());
    progress(tree.size(), checkpoint.size);
  }
  TRY(compare_partial_tiles(files, tree));
  if (tree.root() != checkpoint.root) {
    return corrupt("ROOT_CONTRADICTS_ENTRIES",
                   fmt::format("the signed root of the tree of {} entries is not that of the "
                               "entries in the files",
                               checkpoint.size));
  }
  return checkpoint;
}

}  // namespace chancery::tlog
