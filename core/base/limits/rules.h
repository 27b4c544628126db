// Limits: who is there, and the rules. Each bound with its reason; all of them are in this folder.
#pragma once

#include <cstddef>
#include <cstdint>

namespace chancery::limits {

// A path (PATH_MAX) for each of the sixteen hierarchies that version 1 can have.
inline constexpr std::size_t cgroup_text_bytes_max = 64U << 10;
inline constexpr std::size_t unit_name_bytes_max = 255;  // systemd.unit(5)
// A person reads a rule: what needs more is a list of several. Names have 256 bytes.
inline constexpr std::size_t pattern_bytes_max = 1024;
// What one pattern may take compiled; one that needs more is refused, never run slowly.
inline constexpr std::int64_t rule_pattern_memory_max = 1 << 20;
inline constexpr std::size_t patterns_per_rule_max = 256;
inline constexpr std::size_t rules_max = 1024;
inline constexpr std::size_t rule_tests_max = 4096;
// A million in a second is no limit any more, and a token an hour still counts.
inline constexpr std::int64_t rate_count_max = 1'000'000;
// Users with a bucket that has not filled again; past it who is not known yet waits.
inline constexpr std::size_t rate_buckets_max = 65536;

}  // namespace chancery::limits
