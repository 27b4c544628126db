#include "core/base/utf8.h"

#include <cstdint>

namespace chancery {
namespace {

struct Form {
  std::size_t bytes;
  char32_t first_bits;  // of the lead byte
  char32_t least;       // a smaller value has a shorter form
};

std::optional<Form> form_of(std::uint8_t lead) {
  if (lead < 0x80) return Form{1, lead, 0};
  if (lead >= 0xc2 && lead < 0xe0) return Form{2, static_cast<char32_t>(lead & 0x1f), 0x80};
  if (lead >= 0xe0 && lead < 0xf0) return Form{3, static_cast<char32_t>(lead & 0x0f), 0x800};
  if (lead >= 0xf0 && lead < 0xf5) return Form{4, static_cast<char32_t>(lead & 0x07), 0x10000};
  return std::nullopt;
}

bool is_control(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f);
}

// UAX #9 2: marks, embeddings, overrides and isolates, which show text in another order than it
// has. U+2028 and U+2029 separate lines and paragraphs.
bool steers_lines(char32_t code_point) {
  return code_point == 0x61c || code_point == 0x200e || code_point == 0x200f ||
         (code_point >= 0x2028 && code_point <= 0x202e) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& text) {
  const std::optional<Form> form = form_of(static_cast<std::uint8_t>(text.front()));
  if (!form || text.size() < form->bytes) return std::nullopt;
  char32_t code_point = form->first_bits;
  for (std::size_t i = 1; i < form->bytes; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    code_point = (code_point << 6) | (byte & 0x3fU);
  }
  const bool is_surrogate = code_point >= 0xd800 && code_point < 0xe000;
  if (code_point < form->least || code_point > 0x10ffff || is_surrogate) return std::nullopt;
  text.remove_prefix(form->bytes);
  return code_point;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (!take_code_point(text)) return false;
  }
  return true;
}

bool is_plain_text(std::string_view text) {
  while (!text.empty()) {
    const std::optional<char32_t> code_point = take_code_point(text);
    if (!code_point || is_control(*code_point)) return false;
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view before = text;
    const std::optional<char32_t> code_point = take_code_point(text);
    if (!code_point) text.remove_prefix(1);
    const bool is_shown = code_point && !is_control(*code_point) && !steers_lines(*code_point);
    out += is_shown ? before.substr(0, before.size() - text.size()) : "?";
  }
  return out;
}

std::string_view cut_text(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  // RFC 3629 3: the bytes of a character that follow its first begin with the bits 10.
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0U) == 0x80U) {
    --bytes_max;
  }
  return text.substr(0, bytes_max);
}

bool is_unicode_space(char32_t code_point) {
  switch (code_point) {
    case 0x20:
    case 0x85:
    case 0xa0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202f:
    case 0x205f:
    case 0x3000:
      return true;
    default:
      return (code_point >= 0x09 && code_point <= 0x0d) ||
             (code_point >= 0x2000 && code_point <= 0x200a);
  }
}

}  // namespace chancery
