#include "core/base/encoding.h"

#include <array>

namespace chancery {
namespace {

constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view hex_alphabet = "0123456789abcdef";

constexpr std::array<std::int8_t, 256> reverse(char sixty_two, char sixty_three) {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < 62; ++i) {
    table[static_cast<std::uint8_t>(standard_alphabet[i])] = static_cast<std::int8_t>(i);
  }
  table[static_cast<std::uint8_t>(sixty_two)] = 62;
  table[static_cast<std::uint8_t>(sixty_three)] = 63;
  return table;
}
constexpr auto standard_reverse = reverse('+', '/');
constexpr auto url_safe_reverse = reverse('-', '_');

Error bad_base64() {
  return invalid_request("BASE64_INVALID", "not base64: padding, no white space and no stray bits");
}

Result<Bytes> decode(std::string_view text, const std::array<std::int8_t, 256>& table) {
  if (text.size() % 4 != 0) return bad_base64();
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  Bytes out;
  out.reserve(text.size() / 4 * 3);
  const std::size_t digits = text.size() - padding;
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const std::int8_t value = table[static_cast<std::uint8_t>(text[i])];
    if (value < 0) return bad_base64();
    group = (group << 6) | static_cast<std::uint32_t>(value);
    if (i % 4 == 3) {
      out.push_back(static_cast<std::uint8_t>(group >> 16));
      out.push_back(static_cast<std::uint8_t>(group >> 8));
      out.push_back(static_cast<std::uint8_t>(group));
      group = 0;
    }
  }
  if (padding == 1) {
    if ((group & 0x3) != 0) return bad_base64();
    out.push_back(static_cast<std::uint8_t>(group >> 10));
    out.push_back(static_cast<std::uint8_t>(group >> 2));
  } else if (padding == 2) {
    if ((group & 0xf) != 0) return bad_base64();
    out.push_back(static_cast<std::uint8_t>(group >> 4));
  }
  return out;
}

}  // namespace

void base64_append(std::string& out, ByteView bytes) {
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  const auto digit = [](std::uint32_t value) { return standard_alphabet[value & 0x3f]; };
  for (; i + 2 < bytes.size(); i += 3) {
    const std::uint32_t group = static_cast<std::uint32_t>(bytes[i]) << 16 |
                                static_cast<std::uint32_t>(bytes[i + 1]) << 8 | bytes[i + 2];
    out += {digit(group >> 18), digit(group >> 12), digit(group >> 6), digit(group)};
  }
  if (i + 1 == bytes.size()) {
    const std::uint32_t group = static_cast<std::uint32_t>(bytes[i]) << 16;
    out += {digit(group >> 18), digit(group >> 12), '=', '='};
  } else if (i + 2 == bytes.size()) {
    const std::uint32_t group =
        static_cast<std::uint32_t>(bytes[i]) << 16 | static_cast<std::uint32_t>(bytes[i + 1]) << 8;
    out += {digit(group >> 18), digit(group >> 12), digit(group >> 6), '='};
  }
}

std::string base64_encode(ByteView bytes) {
  std::string out;
  base64_append(out, bytes);
  return out;
}

Result<Bytes> base64_decode(std::string_view text) { return decode(text, standard_reverse); }

Result<Bytes> base64_decode_any_alphabet(std::string_view text) {
  const bool url_safe = text.find_first_of("-_") != std::string_view::npos;
  return decode(text, url_safe ? url_safe_reverse : standard_reverse);
}

std::string hex_encode(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out += hex_alphabet[byte >> 4];
    out += hex_alphabet[byte & 0xf];
  }
  return out;
}

Result<Bytes> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return invalid_request("HEX_INVALID", "hex digits come in pairs");
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::size_t high = hex_alphabet.find(text[i]);
    const std::size_t low = hex_alphabet.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      return invalid_request("HEX_INVALID", "not lower-case hexadecimal");
    }
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

}  // namespace chancery
