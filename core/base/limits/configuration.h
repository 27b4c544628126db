// Limits: configuration. Each bound with its reason; all of them are in this folder.
#pragma once

#include <chrono>
#include <cstddef>

namespace chancery::limits {

inline constexpr std::size_t configuration_bytes_max = 1U << 20;
// More than a person mends at once; a binary file would fill the screen with them.
inline constexpr std::size_t configuration_problems_max = 100;
// Each is a process with its own memory.
inline constexpr std::size_t backends_max = 16;
// An entry of the host's users or groups with a very long list of members.
inline constexpr std::size_t account_bytes_max = 64U << 10;
inline constexpr int account_groups_max = 65536;  // NGROUPS_MAX: Linux gives a process no more
inline constexpr std::size_t socket_path_bytes_max = 107;  // sockaddr_un::sun_path, less its NUL
// Bundles of a quarter stay at hand; a year of a busy build host would be hundreds of GiB.
inline constexpr auto archive_life_default = std::chrono::hours(24 * 90);
inline constexpr int archive_days_max = 36500;
// Who had what signed is asked for as long as software is in use; a record is half a KiB.
inline constexpr auto audit_life_default = std::chrono::hours(24 * 3650);
// A month: nobody should learn later that a log is gone.
inline constexpr int record_hours_max = 24 * 31;
// Faster than any log or timestamp authority answers.
inline constexpr int requests_per_second_max = 100000;
inline constexpr int timestamps_required_max = 8;  // as bundles are verified: a few suffice
// Below it a replaced file costs more than it says; above it stock clients wait for nothing.
inline constexpr int publish_interval_ms_min = 10;
inline constexpr int publish_interval_ms_max = 60000;

}  // namespace chancery::limits
