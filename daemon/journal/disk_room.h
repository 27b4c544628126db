// Whether the disk under the journal has room for something new.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/result.h"

namespace chancery::daemon {

// For `bytes` more, so that `reserve_bytes` are left to finish what was accepted. Errors:
// unavailable JOURNAL_DISK_FULL; JOURNAL_FAILED where that cannot be told.
Result<void> require_room(const std::filesystem::path& directory, std::uint64_t reserve_bytes,
                          std::uint64_t bytes);

}  // namespace chancery::daemon
