// Limits: administration. Each bound with its reason; all of them are in this folder.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace chancery::limits {

// Long enough to read what would be lost and to ask a colleague.
inline constexpr auto confirmation_life = std::chrono::minutes(5);
// Administrators are few; whoever asks more often loses the oldest question.
inline constexpr std::size_t confirmations_max = 64;
// A public CA's chain has three or four certificates.
inline constexpr std::size_t certificate_chain_max = 10;
inline constexpr std::size_t certificate_chain_bytes_max = 64U << 10;
// RFC 5280 appendix A: the longest common name has 64 characters; a country has two.
inline constexpr std::size_t subject_bytes_max = 1024;
inline constexpr std::size_t subject_attributes_max = 16;
// One certificate for every name of a large organisation's build hosts.
inline constexpr std::size_t alternative_names_max = 100;

// Free space below which an alarm stands: eight times what the journal keeps back for itself
// (journal_reserve_bytes), so there are some 40,000 signatures of 5 KiB left until nothing new is
// accepted.
inline constexpr std::uint64_t disk_low_bytes = 256U << 20;
// Of a disk of less than twice that, half: one of 320 MiB would have the alarm for ever. That is
// still more than the journal keeps back where there are 64 MiB.
inline constexpr std::uint64_t disk_low_percent_max = 50;
// Until there is so much of it again: a disk just about the first figure is not told of time and
// again.
inline constexpr std::uint64_t disk_roomy_percent = 125;
// In this time a fast writer fills what is left; looking costs two system calls.
inline constexpr auto disk_look_interval = std::chrono::seconds(2);
// What was found damaged is looked at again, whether somebody has mended it: soon enough for
// whoever waits to see the alarm end. It costs at most one look in vain, at 64 MiB: a fiftieth of a
// core.
inline constexpr auto damage_look_interval = std::chrono::seconds(5);
// Of what is sound again, so many at once.
inline constexpr std::size_t damage_look_max = 256;
// Damaged bundles remembered, so that the alarm ends when all of them are sound.
inline constexpr std::size_t damaged_archive_max = 1024;

}  // namespace chancery::limits
