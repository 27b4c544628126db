// Limits: the audit. Each bound with its reason; all of them are in this folder.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace chancery::limits {

// Subjects of a statement that a record names; it says how many more there were. What is signed
// names them all: the record has its digest.
inline constexpr std::size_t audit_subjects_max = 64;
// One line of an exported audit: 64 subjects, four names and an error's message, all escaped.
inline constexpr std::size_t audit_line_bytes_max = 64U << 10;
// What a verifier tells of one audit; whoever finds more has seen enough.
inline constexpr std::size_t audit_findings_max = 100;

}  // namespace chancery::limits
