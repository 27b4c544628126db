// Where a test's own program looks into the daemon: it links another seams() than chanceryd does.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string_view>

#include "core/base/deadline.h"
#include "core/base/limits/journal.h"
#include "core/base/limits/statements.h"
#include "daemon/local_log/files.h"

namespace chancery::daemon {

struct Seams {
  // Called after each step of the journal (JournalOptions), of a request (Signing) and of the
  // finisher (Finishing, LogStep), on the thread that made it.
  std::function<void(std::string_view step)> at_step = nullptr;
  // The disk under the local log.
  std::function<Result<std::unique_ptr<Files>>(const std::filesystem::path& directory)>
      open_log_files = Files::open;
  std::function<WallTime()> now = [] {
    return std::chrono::floor<WallTime::duration>(std::chrono::system_clock::now());
  };
  // Copies of core/base/limits.
  std::size_t statement_bytes_per_uid_max = limits::statement_bytes_in_flight_per_uid_max;
  std::size_t left_behind_at_once_max = limits::left_behind_at_once_max;
  // Of a backend's key host, where `usual` is the one that was installed with the daemon.
  std::function<std::filesystem::path(const std::string& backend,
                                      const std::filesystem::path& usual)>
      key_host_program =
          [](const std::string&, const std::filesystem::path& usual) { return usual; };
};

Seams seams();

}  // namespace chancery::daemon
