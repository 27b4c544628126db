// What the operator should know: one line each on standard error, which systemd puts in its
// journal.
#pragma once

#include <string_view>

namespace chancery::daemon {

enum class Priority { error = 3, warning = 4, notice = 5, info = 6 };

// Thread-safe. Never a secret. Control characters are shown as '?', so that no caller's name can
// forge a line.
void note(Priority priority, std::string_view text);

// The same for a text of several lines, each of them ours: the problems of a configuration.
void note_lines(Priority priority, std::string_view text);

}  // namespace chancery::daemon
