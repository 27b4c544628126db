// The local log's files with a word to say before each step: fail it, or end the process there.
#pragma once

#include <functional>

#include "daemon/local_log/files.h"

namespace chancery::testing {

// An error takes the step's place; without one the step is done. `operation` is the method's name,
// `path` its (last) path.
using FileHook = std::function<Result<void>(std::string_view operation, const std::string& path)>;

std::unique_ptr<daemon::Files> hooked_files(std::unique_ptr<daemon::Files> files, FileHook hook);

}  // namespace chancery::testing
