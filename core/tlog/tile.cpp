#include "core/tlog/tile.h"

#include <fmt/format.h>

#include "core/base/limits/bundles.h"

namespace chancery::tlog {
namespace {

// How many complete nodes a tree of `size` has at the lowest row of a tile level.
std::uint64_t nodes_at(unsigned tile_level, std::uint64_t size) {
  const unsigned level = tile_level * tile_height;
  return level < 64 ? size >> level : 0;
}

// tlog-tiles: "zero-padded 3-digit path elements. All but the last path element MUST begin with
// an x".
void append_index(std::string& path, std::uint64_t index) {
  std::string text = fmt::format("{:03}", index % 1000);
  for (index /= 1000; index != 0; index /= 1000) {
    text.insert(0, fmt::format("x{:03}/", index % 1000));
  }
  path += text;
}

void append_width(std::string& path, unsigned width) {
  if (width != tile_width) path += fmt::format(".p/{}", width);
}

}  // namespace

std::string tile_path(const TileId& tile) {
  std::string path = fmt::format("tile/{}/", tile.level);
  append_index(path, tile.index);
  append_width(path, tile.width);
  return path;
}

std::string entries_path(std::uint64_t index, unsigned width) {
  std::string path = "tile/entries/";
  append_index(path, index);
  append_width(path, width);
  return path;
}

unsigned partial_width(unsigned level, std::uint64_t index, std::uint64_t size) {
  const std::uint64_t nodes = nodes_at(level, size);
  if (index < nodes / tile_width) return tile_width;
  return index == nodes / tile_width ? static_cast<unsigned>(nodes % tile_width) : 0;
}

std::vector<TileId> new_tiles(std::uint64_t old_size, std::uint64_t new_size) {
  std::vector<TileId> tiles;
  for (unsigned level = 0; nodes_at(level, new_size) != 0; ++level) {
    const std::uint64_t old_nodes = nodes_at(level, old_size);
    const std::uint64_t new_nodes = nodes_at(level, new_size);
    for (std::uint64_t index = old_nodes / tile_width; index * tile_width < new_nodes; ++index) {
      if (old_nodes == new_nodes) break;
      tiles.push_back({level, index, partial_width(level, index, new_size)});
    }
  }
  return tiles;
}

// tlog-tiles: a tile "represents the entire subtree of height 8 with its hashes as the leaves".
Hash node_in_tile(const std::vector<Hash>& hashes, NodeId id) {
  const unsigned height = id.level % tile_height;
  const std::size_t offset = static_cast<std::size_t>(id.index << height) % tile_width;
  CHANCERY_ASSERT(offset + (std::size_t{1} << height) <= hashes.size());
  const auto begin = hashes.begin() + static_cast<std::ptrdiff_t>(offset);
  std::vector<Hash> row(begin, begin + (std::ptrdiff_t{1} << height));
  for (std::size_t width = row.size() / 2; width != 0; width /= 2) {
    for (std::size_t i = 0; i < width; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
  }
  return row.front();
}

void append_entry(Bytes& bundle, ByteView entry) {
  CHANCERY_ASSERT(entry.size() <= limits::entry_bytes_max);
  bundle.push_back(static_cast<std::uint8_t>(entry.size() >> 8));
  bundle.push_back(static_cast<std::uint8_t>(entry.size()));
  append(bundle, entry);
}

Bytes encode_entries(const std::vector<Bytes>& entries) {
  Bytes bundle;
  for (const Bytes& entry : entries) append_entry(bundle, entry);
  return bundle;
}

Result<std::vector<Bytes>> decode_entries(ByteView bundle) {
  std::vector<Bytes> entries;
  while (!bundle.empty()) {
    const std::size_t length =
        bundle.size() < 2 ? 0 : static_cast<std::size_t>(bundle[0]) << 8 | bundle[1];
    if (bundle.size() < 2 || bundle.size() - 2 < length || entries.size() == tile_width) {
      return invalid_request("ENTRY_BUNDLE_MALFORMED",
                             fmt::format("entry bundle: broken after {} entries", entries.size()));
    }
    entries.push_back(to_bytes(bundle.subspan(2, length)));
    bundle = bundle.subspan(2 + length);
  }
  return entries;
}

}  // namespace chancery::tlog
