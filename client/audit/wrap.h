// A record's line as a terminal shows it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chancery::client {

// Broken between members where it is wider than `columns`, and what follows set in; a member that
// is wider by itself stays whole. 0: no terminal, one line.
std::vector<std::string> wrap_members(std::string_view line, std::size_t columns);

// Of standard output; 0 where it is no terminal.
std::size_t terminal_columns();

}  // namespace chancery::client
