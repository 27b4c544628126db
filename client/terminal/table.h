// Columns of text, as wide as their widest cell.
#pragma once

#include <string>
#include <vector>

namespace chancery::client {

// Lines without trailing spaces; the first row is the heading. Widths count characters, and
// control characters in a cell are shown as '?': a daemon's answer must not steer the terminal.
std::vector<std::string> table(const std::vector<std::vector<std::string>>& rows);

}  // namespace chancery::client
