#include "daemon/note.h"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "core/base/utf8.h"

namespace chancery::daemon {

void note(Priority priority, std::string_view text) {
  // sd-daemon(3): "<N>" in front sets the priority where systemd reads the stream.
  static const bool is_read_by_systemd = std::getenv("JOURNAL_STREAM") != nullptr;
  std::string line = is_read_by_systemd ? "<" + std::to_string(static_cast<int>(priority)) + ">"
                                        : std::string("chanceryd: ");
  line += printable(text);
  line += '\n';
  // One write, so that lines of several threads do not mix. Nobody to tell when it fails.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

void note_lines(Priority priority, std::string_view text) {
  for (;;) {
    const std::size_t end = text.find('\n');
    note(priority, text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace chancery::daemon
