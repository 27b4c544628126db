// Limits: what services elsewhere are sent and answer. Each bound with its reason; all of them are
// in this folder.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace chancery::limits {

using namespace std::chrono_literals;

// A Rekor v2 of 2026 takes bodies of 4 MiB, and an entry of 64 KiB never needs them; Rekor v1 gets
// whole envelopes, and SBOMs reach tens of MiB.
inline constexpr std::size_t log_request_bytes_max = 32U << 20;
// An entry of 64 KiB twice in base64, its proof, and a checkpoint with many witnesses.
inline constexpr std::size_t log_answer_bytes_max = 512U << 10;
// With all certificates inside, of an authority with RSA-4096 keys, it has 8 KiB.
inline constexpr std::size_t timestamp_answer_bytes_max = 64U << 10;
inline constexpr std::size_t timestamp_nonce_bytes = 8;  // 64 bits, as sigstore-go
// A time farther from ours than this means that one of the two clocks is wrong.
inline constexpr auto clock_difference_max = std::chrono::minutes(10);
// Leaf tiles that are searched at once for an entry in doubt: 4,096 entries, 128 KiB.
inline constexpr std::uint64_t log_search_tiles_max = 16;
// One reading: those tiles, each perhaps in a partial form first, and the nodes of a proof.
inline constexpr std::size_t log_files_per_reading_max = 64;
inline constexpr std::size_t signing_config_bytes_max = 1U << 20;

}  // namespace chancery::limits
