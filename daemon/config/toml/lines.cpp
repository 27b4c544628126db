#include "daemon/config/toml/lines.h"

#include <algorithm>

namespace chancery::daemon {
namespace {

constexpr int unquoted_dots_max = 16;

std::string_view without_indent(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t\r\n");
  return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
}

bool is_header_text(std::string_view line) { return without_indent(line).starts_with('['); }

// Empty, a comment, a header, or `key =`: what may follow a finished entry.
bool begins_anew(std::string_view line) {
  const std::string_view text = without_indent(line);
  if (text.empty() || text.front() == '#' || text.front() == '[') return true;
  const std::size_t end = text.find_first_of(" \t=[{\"',");
  return end != 0 && end != std::string_view::npos &&
         without_indent(text.substr(end)).starts_with('=');
}

int count_unquoted_dots(std::string_view line) {
  int dots = 0;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == '\\' && quote == '"') ++i;
      if (c == quote) quote = 0;
    } else if (c == '#') {
      break;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '.') {
      ++dots;
    }
  }
  return dots;
}

}  // namespace

TomlLines::TomlLines(std::string text) : text_(std::move(text)) {
  starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') starts_.push_back(i + 1);
  }
  starts_.push_back(text_.size());
}

std::string_view TomlLines::line_text(std::size_t index) const {
  return std::string_view(text_).substr(starts_[index], starts_[index + 1] - starts_[index]);
}

bool TomlLines::is_header(unsigned line) const {
  return line >= 1 && line < starts_.size() && is_header_text(line_text(line - 1));
}

bool TomlLines::blank_section(unsigned line) {
  if (line < 1 || line >= starts_.size()) return false;
  std::size_t begin = line - 1;
  while (begin > 0 && !is_header_text(line_text(begin))) --begin;
  std::size_t end = line;
  while (end + 1 < starts_.size() && !is_header_text(line_text(end))) ++end;
  return blank(begin, end);
}

bool TomlLines::blank_entry(unsigned line) {
  if (line < 1 || line >= starts_.size()) return false;
  std::size_t end = line;
  while (end + 1 < starts_.size() && !begins_anew(line_text(end))) ++end;
  return blank(line - 1, end);
}

bool TomlLines::blank(std::size_t begin, std::size_t end) {
  bool changed = false;
  for (std::size_t i = starts_[begin]; i < starts_[end]; ++i) {
    if (text_[i] == '\n' || text_[i] == ' ') continue;
    text_[i] = ' ';
    changed = true;
  }
  return changed;
}

unsigned TomlLines::find_deep_key() const {
  for (std::size_t index = 0; index + 1 < starts_.size(); ++index) {
    if (count_unquoted_dots(line_text(index)) > unquoted_dots_max) {
      return static_cast<unsigned>(index + 1);
    }
  }
  return 0;
}

}  // namespace chancery::daemon
