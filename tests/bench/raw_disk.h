// What a durable commit costs on this disk, alone: three of them are in each signature's path.
#pragma once

#include <cstddef>
#include <filesystem>

#include "core/base/result.h"

namespace chancery::bench {

struct RawCommit {
  double p50_us;
  double p99_us;
};

// SQLite with a log of its own and synchronous=FULL, as the journal has it, though the journal's
// log is there before it is needed: `count` commits of one small row, one after another, in a new
// file at `path`. Error: unavailable RAW_COMMIT_FAILED.
Result<RawCommit> measure_raw_commits(const std::filesystem::path& path, std::size_t count);

}  // namespace chancery::bench
