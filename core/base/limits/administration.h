// Limits: administration. Each bound with its reason; all of them are in this folder.
#pragma once

#include <chrono>
#include <cstddef>

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

}  // namespace chancery::limits
