#include "core/tlog/log_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/limits/bundles.h"

namespace chancery::tlog {
namespace {

constexpr std::size_t hash_bytes = sizeof(Hash);
constexpr std::size_t tile_bytes_max = tile_width * hash_bytes;
constexpr std::size_t bundle_bytes_max = tile_width * (2 + limits::entry_bytes_max);

bool is_missing(const Error& error) { return error.reason == "FILE_NOT_FOUND"; }

// tlog-tiles: a partial tile may go "once the corresponding full tile is [...] available", so the
// full one is looked for where the partial one is gone.
template <typename PathOf>
Result<Bytes> read_partial_or_full(const LogFiles& files, unsigned width, PathOf path_of,
                                   std::size_t bytes_max) {
  Result<Bytes> partial = files.read(path_of(width), bytes_max);
  if (partial.ok() || width == tile_width || !is_missing(partial.error())) return partial;
  return files.read(path_of(static_cast<unsigned>(tile_width)), bytes_max);
}

}  // namespace

Result<std::vector<Hash>> read_tile(const LogFiles& files, unsigned level, std::uint64_t index,
                                    std::uint64_t size) {
  const unsigned width = partial_width(level, index, size);
  const auto path_of = [&](unsigned w) { return tile_path({level, index, w}); };
  const Result<Bytes> bytes = read_partial_or_full(files, width, path_of, tile_bytes_max);
  if (!bytes.ok()) {
    if (!is_missing(bytes.error())) return bytes.error();
    return corrupt("TILE_MISSING", fmt::format("{}: not there, although the tree has {} entries",
                                               path_of(width), size));
  }
  if (bytes->size() != width * hash_bytes && bytes->size() != tile_bytes_max) {
    return corrupt("TILE_DAMAGED", fmt::format("{}: {} bytes instead of {}", path_of(width),
                                               bytes->size(), width * hash_bytes));
  }
  std::vector<Hash> hashes(width);
  for (unsigned i = 0; i < width; ++i) {
    std::copy_n(bytes->begin() + static_cast<std::ptrdiff_t>(i * hash_bytes), hash_bytes,
                hashes[i].begin());
  }
  return hashes;
}

Result<std::vector<Bytes>> read_entries(const LogFiles& files, std::uint64_t index,
                                        std::uint64_t size) {
  const unsigned width = partial_width(0, index, size);
  const auto path_of = [&](unsigned w) { return entries_path(index, w); };
  const Result<Bytes> bundle = read_partial_or_full(files, width, path_of, bundle_bytes_max);
  if (!bundle.ok()) {
    if (!is_missing(bundle.error())) return bundle.error();
    return corrupt("ENTRIES_MISSING", fmt::format("{}: not there, although the tree has {} entries",
                                                  path_of(width), size));
  }
  Result<std::vector<Bytes>> entries = decode_entries(*bundle);
  if (!entries.ok() || (entries->size() != width && entries->size() != tile_width)) {
    return corrupt("ENTRIES_DAMAGED",
                   fmt::format("{}: does not hold {} whole entries", path_of(width), width));
  }
  entries->resize(width);
  return entries;
}

Result<const TileNodes::Tile*> TileNodes::tile(unsigned level, std::uint64_t index) const {
  for (const Tile& known : tiles_) {
    if (known.level == level && known.index == index) return &known;
  }
  tiles_.push_back({level, index, TRY(read_tile(files_, level, index, size_))});
  return &tiles_.back();
}

Result<Hash> TileNodes::node(NodeId id) const {
  if (id.level >= 64 || id.index >= size_ >> id.level) {
    return not_found("NODE_INCOMPLETE", fmt::format("node {} of level {} is not complete in a tree "
                                                    "of {} entries",
                                                    id.index, id.level, size_));
  }
  const unsigned height = id.level % tile_height;
  const Tile* found = TRY(tile(id.level / tile_height, id.index >> (tile_height - height)));
  return node_in_tile(found->hashes, id);
}

}  // namespace chancery::tlog
