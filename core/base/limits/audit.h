// Limits: the audit. Each bound with its reason; all of them are in this folder.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace chancery::limits {

// Subjects of a statement that a record names; it says how many more there were. What is signed
// names them all: the record has its digest.
inline constexpr std::size_t audit_subjects_max = 64;
// One line of an exported audit: 64 subjects, names, a path and an error's message, all escaped.
inline constexpr std::size_t audit_line_bytes_max = 64U << 10;
// What a verifier tells of one audit; whoever finds more has seen enough.
inline constexpr std::size_t audit_findings_max = 100;

// What is read of the audit at once: short looks, so that the journal's writer is never kept from
// its checkpoints.
inline constexpr std::size_t audit_page_rows = 32;
// Of a stream of it: a frame holds 4 MiB, and the last page of the longest lines goes on top.
inline constexpr std::size_t audit_chunk_bytes = 256U << 10;
static_assert(audit_page_rows * audit_line_bytes_max + audit_chunk_bytes < (4U << 20));
// Pages that a search looks at before it lets others have its thread: some 10 ms.
inline constexpr std::size_t audit_search_pages = 128;
// How often the newest record is covered by a signed head: what came after it can be cut off
// unseen.
inline constexpr auto audit_head_interval_default = std::chrono::seconds(60);
// Refusals of one user that get a record each: ten a second tell what goes wrong; a loop that is
// denied thousands of times a second is counted.
inline constexpr double audit_refusals_per_second = 10;
inline constexpr double audit_refusals_burst = 50;
// Users with refusals of late whose rate is known; a host has fewer users at work.
inline constexpr std::size_t audit_refused_users_max = 4096;
// How often counted refusals are recorded: what a crash may leave uncounted.
inline constexpr auto audit_clerk_interval = std::chrono::milliseconds(1000);
// Copies in the system's journal each time: 20 us each, 1 % of a core.
inline constexpr std::uint64_t audit_copies_at_once_max = 500;

}  // namespace chancery::limits
