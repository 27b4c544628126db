// A log that has been in use for years, made in a minute.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/result.h"

namespace chancery::bench {

// Puts entries into the journal of a daemon that is stopped, until its log has `size` of them. They
// have the form and length of real ones; their signatures are of no key. The daemon's next start
// brings them into the files. Error: unavailable JOURNAL_UNREADABLE.
Result<void> fill_log(const std::filesystem::path& state_directory, std::uint64_t size);

}  // namespace chancery::bench
