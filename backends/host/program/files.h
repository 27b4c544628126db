// Which files a key host may reach (Landlock).
#pragma once

#include <vector>

#include "backends/key_backend.h"

namespace chancery::host {

// From now on only the system's libraries and `own`, in all threads made later. A path that does
// not exist is left out. False where the kernel has no Landlock: seccomp and the unit's sandbox
// stand alone then. Error: internal LANDLOCK_FAILED.
Result<bool> confine_files(const std::vector<BackendPath>& own);

}  // namespace chancery::host
