// Limits: who is there, and the rules. Each bound with its reason; all of them are in this folder.
#pragma once

#include <cstddef>

namespace chancery::limits {

// A path (PATH_MAX) for each of the sixteen hierarchies that version 1 can have.
inline constexpr std::size_t cgroup_text_bytes_max = 64U << 10;
inline constexpr std::size_t unit_name_bytes_max = 255;  // systemd.unit(5)

}  // namespace chancery::limits
