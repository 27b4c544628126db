// What a character of ASCII is, whatever the locale says.
#pragma once

namespace chancery {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_visible(char c) { return c > 0x20 && c < 0x7f; }
constexpr bool is_letter(char c) { return is_lower(c) || is_upper(c); }

// As digests and ids are written: in small letters.
constexpr bool is_hexadecimal(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

}  // namespace chancery
