// What the operator should know: one line each on standard error, which systemd puts in its
// journal.
#pragma once

#include <string_view>

namespace chancery::daemon {

enum class Priority { error = 3, warning = 4, notice = 5, info = 6 };

// Thread-safe. Never a secret. What could forge a line, in a caller's name, is shown as '?'.
void note(Priority priority, std::string_view text);

// The same for a text of several lines, each of them ours: the problems of a configuration.
void note_lines(Priority priority, std::string_view text);

}  // namespace chancery::daemon
