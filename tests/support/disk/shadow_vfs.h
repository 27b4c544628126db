// SQLite's file layer over a ShadowDisk: the ordinary one does the work, the model keeps the score.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/disk/shadow_disk.h"

namespace chancery::testing {

// Registered under a name of its own while it lives. All files must lie in `directory`.
class ShadowVfs {
 public:
  ShadowVfs(ShadowDisk& disk, std::filesystem::path directory);
  ~ShadowVfs();
  ShadowVfs(const ShadowVfs&) = delete;
  ShadowVfs& operator=(const ShadowVfs&) = delete;

  const std::string& name() const;
  // Sabotage, for a test that must notice it: connections run with synchronous=OFF whatever their
  // program says.
  void force_synchronous_off();
  // From now on each sync fails, as a dying disk's does.
  void fail_syncs();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace chancery::testing
