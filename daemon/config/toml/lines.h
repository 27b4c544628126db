// TOML text by lines, parts of which can be blanked: how reading goes on behind a mistake.
// Line numbers begin at 1 and never change. It guesses at headers and entries as a person does; a
// wrong guess costs a message, never a wrong configuration, for nothing is used after a mistake.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chancery::daemon {

class TomlLines {
 public:
  explicit TomlLines(std::string text);

  std::string_view text() const { return text_; }
  bool is_header(unsigned line) const;  // begins with '['

  // Blanks the section that the line lies in: from its header to the next. False: nothing left to
  // blank there.
  bool blank_section(unsigned line);
  // Blanks `key = value` from the line on, also where the value takes several lines.
  bool blank_entry(unsigned line);

  // The first line with more dots outside quotes than any number or key of ours needs, or 0. A
  // parser nests a table for each dot of a key and would run out of stack.
  unsigned find_deep_key() const;

 private:
  std::string_view line_text(std::size_t index) const;
  bool blank(std::size_t begin, std::size_t end);  // by index, end excluded

  std::string text_;
  std::vector<std::size_t> starts_;  // of each line; the last is the text's end
};

}  // namespace chancery::daemon
