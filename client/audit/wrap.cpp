#include "client/audit/wrap.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace chancery::client {

namespace {

constexpr std::string_view separator = "  ";
constexpr std::string_view margin = "        ";

// Two blanks part members, but not within the quotes of a value (core/audit/describe.h).
std::string_view take_member(std::string_view& rest) {
  bool is_quoted = false;
  std::size_t end = 0;
  for (; end < rest.size(); ++end) {
    if (rest[end] == '\\' && is_quoted) {
      ++end;
    } else if (rest[end] == '"') {
      is_quoted = !is_quoted;
    } else if (!is_quoted && rest.substr(end).starts_with(separator)) {
      break;
    }
  }
  const std::string_view member = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(' ', end)));
  return member;
}

}  // namespace

std::vector<std::string> wrap_members(std::string_view line, std::size_t columns) {
  if (columns == 0 || line.size() <= columns) return {std::string(line)};
  std::vector<std::string> lines{std::string(take_member(line))};
  while (!line.empty()) {
    const std::string_view member = take_member(line);
    const bool fits = lines.back().size() + separator.size() + member.size() <= columns;
    if (fits) {
      lines.back().append(separator).append(member);
    } else {
      lines.emplace_back(margin).append(member);
    }
  }
  return lines;
}

std::size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace chancery::client
