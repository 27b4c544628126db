// A log's files in memory, written by the plainest reading of tlog-tiles.
#pragma once

#include <map>
#include <string>

#include "core/tlog/log_files.h"
#include "tests/unit/tlog/naive_tree.h"

namespace chancery::tlog {

class MemoryFiles : public LogFiles {
 public:
  std::map<std::string, Bytes> files;
  mutable std::size_t reads = 0;

  Result<Bytes> read(const std::string& path, std::size_t bytes_max) const override {
    ++reads;
    const auto file = files.find(path);
    if (file == files.end()) return not_found("FILE_NOT_FOUND", path);
    if (file->second.size() > bytes_max) return corrupt("FILE_TOO_LARGE", path);
    return file->second;
  }
};

inline Bytes tile_bytes(std::span<const Hash> hashes) {
  Bytes bytes;
  for (const Hash& hash : hashes) bytes.insert(bytes.end(), hash.begin(), hash.end());
  return bytes;
}

// All tiles and bundles of the tree of the test entries.
inline MemoryFiles written_log(std::size_t size) {
  MemoryFiles out;
  std::vector<Hash> row = test_leaves(size);
  for (std::size_t start = 0; start < size; start += 256) {
    const auto width = static_cast<unsigned>(std::min<std::size_t>(256, size - start));
    std::vector<Bytes> entries;
    for (unsigned i = 0; i < width; ++i)
      entries.push_back(to_bytes(as_bytes(test_entry(start + i))));
    out.files[entries_path(start / 256, width)] = encode_entries(entries);
  }
  for (unsigned level = 0; !row.empty(); ++level) {
    std::vector<Hash> above;
    for (std::size_t start = 0; start < row.size(); start += 256) {
      const auto width = static_cast<unsigned>(std::min<std::size_t>(256, row.size() - start));
      const Leaves tile = Leaves(row).subspan(start, width);
      out.files[tile_path({level, start / 256, width})] = tile_bytes(tile);
      if (width == 256) above.push_back(naive_root(tile));
    }
    row = above;
  }
  return out;
}

}  // namespace chancery::tlog
