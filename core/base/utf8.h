// UTF-8, read strictly.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace chancery {

// Takes the first code point off a non-empty `text`. Nothing: `text` does not begin with valid
// UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::optional<char32_t> take_code_point(std::string_view& text);

bool is_utf8(std::string_view text);
// UTF-8 without control characters (C0, DEL, C1): safe on a terminal and in a log line.
bool is_plain_text(std::string_view text);

// One line for people, whoever wrote it: what is no UTF-8, and every character that ends a line,
// turns its direction or commands a terminal, becomes '?'.
std::string printable(std::string_view text);

// The beginning of `text`, at most so many bytes of it, without half a character at its end.
std::string_view cut_text(std::string_view text, std::size_t bytes_max);

// Unicode's White_Space property, beyond ASCII too.
bool is_unicode_space(char32_t code_point);

}  // namespace chancery
