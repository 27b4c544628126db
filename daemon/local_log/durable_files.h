// Files that are there whole or not at all, also after a loss of power.
#pragma once

#include <set>
#include <vector>

#include "daemon/local_log/files.h"

namespace chancery::daemon {

struct NamedFile {
  std::string path;
  Bytes content;
};

// Why this is right: a reader sees a name only after a rename from a temporary name, so never half
// a file. put() returns only when each content was synced before its rename, and each directory
// after it, up to the first one known to be synced in its parent. A crash before that leaves old
// files, new ones, or temporary names that the next try overwrites.
//
// Tessera syncs file by file; syncing all contents first and then each directory once gives the
// same promise for the whole set with fewer flushes.
//
// A failed sync ends the process: the kernel may have dropped the pages, and a second fsync would
// lie. One thread.
class DurableFiles {
 public:
  explicit DurableFiles(Files& files) : files_(files) {}

  // In no order among themselves. Errors: those of Files, but for FILE_SYNC_FAILED.
  Result<void> put(const std::vector<NamedFile>& batch);
  // Not synced: what nobody needs may come back after a loss of power.
  Result<void> remove_directory(const std::string& path);

 private:
  Result<void> make_parents(const std::string& path, std::set<std::string>& to_sync);
  void sync(const std::string& path);

  Files& files_;
  std::set<std::string> known_;  // directories whose own name is synced
};

}  // namespace chancery::daemon
