// Reading a log from its files, wherever they lie: the tiles of C2SP tlog-tiles by their names.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/tlog/merkle.h"
#include "core/tlog/tile.h"

namespace chancery::tlog {

// Where the files come from. Implemented by whoever may open files.
class LogFiles {
 public:
  virtual ~LogFiles() = default;
  // The whole file at a path relative to the log ("tile/0/000"). Errors: not_found FILE_NOT_FOUND,
  // corrupt FILE_TOO_LARGE (over `bytes_max`), unavailable FILE_READ_FAILED.
  virtual Result<Bytes> read(const std::string& path, std::size_t bytes_max) const = 0;
};

// The hashes of a tile, as far as a tree of `size` has them: from the partial tile of that size, or
// from the full one, which may have replaced it. Errors: corrupt TILE_MISSING, TILE_DAMAGED (its
// length); those of LogFiles.
Result<std::vector<Hash>> read_tile(const LogFiles& files, unsigned level, std::uint64_t index,
                                    std::uint64_t size);

// The entries of a bundle, as far as a tree of `size` has them. Errors: corrupt ENTRIES_MISSING,
// ENTRIES_DAMAGED; those of LogFiles.
Result<std::vector<Bytes>> read_entries(const LogFiles& files, std::uint64_t index,
                                        std::uint64_t size);

// The complete nodes of a tree of `size`, out of its tiles. Remembers the tiles it has read: make
// one for each proof, use it on one thread. Error: not_found NODE_INCOMPLETE; those of read_tile.
class TileNodes : public NodeReader {
 public:
  TileNodes(const LogFiles& files, std::uint64_t size) : files_(files), size_(size) {}
  Result<Hash> node(NodeId id) const override;

 private:
  struct Tile {
    unsigned level;
    std::uint64_t index;
    std::vector<Hash> hashes;
  };
  Result<const Tile*> tile(unsigned level, std::uint64_t index) const;

  const LogFiles& files_;
  std::uint64_t size_;
  mutable std::deque<Tile> tiles_;  // two a level at most for one proof
};

}  // namespace chancery::tlog
