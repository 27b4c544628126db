// C2SP tlog-tiles: how a log's hashes and entries lie in files and URLs.
#pragma once

#include <string>
#include <vector>

#include "core/tlog/merkle.h"

namespace chancery::tlog {

inline constexpr unsigned tile_height = 8;
inline constexpr std::uint64_t tile_width = 256;

struct TileId {
  unsigned level;
  std::uint64_t index;
  unsigned width;  // 1 to 256; 256 is the full tile
  bool operator==(const TileId&) const = default;
};

std::string tile_path(const TileId& tile);                      // "tile/0/x001/067.p/5"
std::string entries_path(std::uint64_t index, unsigned width);  // "tile/entries/..."
unsigned partial_width(unsigned level, std::uint64_t index, std::uint64_t size);  // 0: no tile
std::vector<TileId> new_tiles(std::uint64_t old_size, std::uint64_t new_size);    // to be written

// The node of the tile that holds it: complete in these hashes, which may be those of its
// beginning.
Hash node_in_tile(const std::vector<Hash>& hashes, NodeId id);

// Entry bundles: { u16 length, entry }*.
void append_entry(Bytes& bundle, ByteView entry);
Bytes encode_entries(const std::vector<Bytes>& entries);
Result<std::vector<Bytes>> decode_entries(ByteView bundle);  // ENTRY_BUNDLE_MALFORMED

}  // namespace chancery::tlog
