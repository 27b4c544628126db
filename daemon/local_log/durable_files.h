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

// Why this is right: a name is given only by a rename from a temporary name, whose content is
// already synced, so nobody ever sees half a file. reveal() returns only when every directory it
// touched is synced, up to the first one whose own name is known to be. A crash in between leaves
// old files, new ones, or temporary names that the next try overwrites.
//
// Tessera syncs file by file. Syncing all contents first and then each directory once makes the
// same promise for a whole set, and costs the file system one commit each, not two a file.
//
// A failed sync ends the process: the kernel may have dropped the pages, and a second fsync would
// lie. One thread.
class DurableFiles {
 public:
  explicit DurableFiles(Files& files) : files_(files) {}

  // The contents are durable, under names that nobody looks for. Errors, here and below: those of
  // Files, but for FILE_SYNC_FAILED.
  Result<void> prepare(const std::vector<NamedFile>& files);
  // What was prepared has its names, durably; in no order among themselves.
  Result<void> reveal(const std::vector<std::string>& paths);
  Result<void> put(const NamedFile& file);  // both
  Result<void> check_place() const { return files_.check_place(); }

  // Not synced: what nobody needs may come back after a loss of power.
  Result<void> remove_directory(const std::string& path);

 private:
  Result<void> make_parents(const std::string& path);
  void sync(const std::string& path);

  Files& files_;
  std::set<std::string> known_;    // directories whose own name is synced
  std::set<std::string> changed_;  // those with names in them that are not
};

}  // namespace chancery::daemon
