// "Did you mean": the name that somebody probably meant to write. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace chancery::daemon {

// The candidate fewest edits away, if it is near enough to be meant; empty otherwise.
std::string_view nearest_name(std::string_view written, std::span<const std::string> candidates);

// `; did you mean "x"? Known are: ...`, to end a message with. Without a near one and many
// candidates only the first few are told.
std::string suggest_names(std::string_view written, std::span<const std::string> candidates);

}  // namespace chancery::daemon
