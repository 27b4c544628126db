#include "core/crypto/pem.h"

#include <fmt/format.h>

#include "core/base/encoding.h"

namespace chancery {
namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view line_end_mark = "-----";
constexpr std::size_t line_characters_max = 64;  // RFC 7468 2

Error malformed_pem(std::string_view what) {
  return invalid_request("PEM_MALFORMED", fmt::format("PEM: {}", what));
}

bool is_space(char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; }

}  // namespace

Result<std::vector<PemBlock>> parse_pem(std::string_view text) {
  std::vector<PemBlock> blocks;
  while (true) {
    const std::size_t begin = text.find(begin_mark);
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin + begin_mark.size());
    const std::size_t label_end = text.find(line_end_mark);
    if (label_end == std::string_view::npos)
      return malformed_pem("a block's first line does not end");
    const std::string label(text.substr(0, label_end));
    text.remove_prefix(label_end + line_end_mark.size());
    const std::string end_line = fmt::format("-----END {}-----", label);
    const std::size_t end = text.find(end_line);
    if (end == std::string_view::npos) return malformed_pem("a block does not end");
    std::string body(text.substr(0, end));
    std::erase_if(body, is_space);
    Result<Bytes> der = base64_decode(body);
    if (!der.ok()) return malformed_pem("a block is not base64");
    blocks.push_back({label, *std::move(der)});
    text.remove_prefix(end + end_line.size());
  }
  if (blocks.empty()) return malformed_pem("no block in it");
  return blocks;
}

std::string write_pem(std::string_view label, ByteView der) {
  const std::string body = base64_encode(der);
  std::string out = fmt::format("-----BEGIN {}-----\n", label);
  for (std::size_t i = 0; i < body.size(); i += line_characters_max) {
    out += body.substr(i, line_characters_max);
    out += '\n';
  }
  return out + fmt::format("-----END {}-----\n", label);
}

}  // namespace chancery
