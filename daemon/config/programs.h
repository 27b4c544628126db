// Where the daemon finds the program it starts. Looks at files; any thread.
#pragma once

#include <filesystem>

#include "core/base/result.h"

namespace chancery::daemon {

// The program that this process runs, with symbolic links resolved.
// Error: internal OWN_PROGRAM_UNKNOWN (no /proc).
Result<std::filesystem::path> find_own_program();

// chancery-keyhost for the daemon at `daemon_program`:
//   1. beside it: a build tree (build/*/bin);
//   2. in libexec/chancery of the same prefix: what `cmake --install` makes. The way there from
//      sbin is fixed when it is built, so a prefix may be moved as a whole.
// Never from PATH: whoever sets that would choose who holds the keys.
// Error: internal KEY_HOST_PROGRAM_MISSING, with the places looked at.
Result<std::filesystem::path> find_key_host_program(const std::filesystem::path& daemon_program);

}  // namespace chancery::daemon
