// Where a test's own program looks into the daemon: it links another seams() than chanceryd does.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "daemon/local_log/files.h"

namespace chancery::daemon {

struct Seams {
  // Called after each step of the journal (JournalOptions) and of a request (Signing), on the
  // thread that made it.
  std::function<void(std::string_view step)> at_step = nullptr;
  // The disk under the local log.
  std::function<Result<std::unique_ptr<Files>>(const std::filesystem::path& directory)>
      open_log_files = Files::open;
};

Seams seams();

}  // namespace chancery::daemon
