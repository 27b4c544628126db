// Limits: the local log. Each bound with its reason; all of them are in this folder.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace chancery::limits {

using namespace std::chrono_literals;

inline constexpr auto publish_interval_default = 100ms;
// Files written before they are synced together: some 40 bundles of ECDSA entries.
inline constexpr std::size_t log_batch_bytes_max = 4U << 20;
// Entries between two notes of how far partial tiles were removed: a start repeats the rest.
inline constexpr std::uint64_t log_collection_step = 16 * 256;
// Entries whose files wait (the disk is full): 64 bytes of memory and one journal row each.
inline constexpr std::uint64_t log_unpublished_entries_max = 200000;
// A checkpoint that could not be signed, files that could not be written: tried again.
inline constexpr auto log_retry_delay_min = 10ms;
inline constexpr auto log_retry_delay_max = 1000ms;
// Entries that have waited so long for a checkpoint are followed by no new ones: a key host that
// died is up again within a second, and one that hangs may be waited for as long as a device may.
inline constexpr auto log_unsigned_max = 10000ms;
// Directories remembered as synced; past it they are synced once more. A log of a million entries
// has a dozen, and two for each partial tile.
inline constexpr std::size_t log_known_directories_max = 1024;

// A damaged file is made anew, where that fails, once in this time: a bundle of entries takes a
// look at every signature in the journal, about a second for a million.
inline constexpr auto log_mending_interval = 60s;
// Damaged files remembered, so that the alarm ends when all of them are sound: beyond it a disk is
// gone, and not a file.
inline constexpr std::size_t log_damaged_files_max = 1024;

}  // namespace chancery::limits
