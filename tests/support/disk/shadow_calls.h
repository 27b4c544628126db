// The payload store's system calls over a ShadowDisk: the kernel does the work, the model keeps the
// score. The store has no seam of its own; the linker (--wrap) leads its calls here.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/disk/shadow_disk.h"

namespace chancery::testing {

// Names and writes at `name` and below it in `directory`, seen as the same of the disk, and syncs
// of `directory` itself. One at a time, from before its files are used until they no longer are.
class ShadowCalls {
 public:
  ShadowCalls(ShadowDisk& disk, std::filesystem::path directory, std::string name);
  ~ShadowCalls();
  ShadowCalls(const ShadowCalls&) = delete;
  ShadowCalls& operator=(const ShadowCalls&) = delete;

  // From now on each sync of `path` (as the disk calls it) fails, as a dying disk's does.
  void fail_syncs_of(const std::string& path);
};

}  // namespace chancery::testing
