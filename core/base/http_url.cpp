#include "core/base/http_url.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/limits/http.h"

namespace chancery {
namespace {

// RFC 3986 2.2 and 2.3, without '@' and '#', and with '%' for what is escaped.
bool is_url_character(char c) {
  constexpr std::string_view signs = "-._~:/?[]!$&'()*+,;=%";
  return is_digit(c) || is_letter(c) || signs.find(c) != std::string_view::npos;
}

// The address of "[::1]:80", "host:80", "host"; empty where it has none.
bool is_authority(std::string_view authority) {
  const bool is_bracketed = authority.starts_with('[');
  const std::size_t host_end = is_bracketed ? authority.find(']') : authority.find(':');
  if (is_bracketed && host_end == std::string_view::npos) return false;
  const std::string_view host = authority.substr(0, host_end);
  std::string_view port =
      host_end == std::string_view::npos ? "" : authority.substr(host_end + (is_bracketed ? 1 : 0));
  if (host.size() < (is_bracketed ? 3U : 1U)) return false;
  if (port.empty()) return true;
  if (!port.starts_with(':')) return false;
  port.remove_prefix(1);
  return !port.empty() && port.size() <= 5 && std::ranges::all_of(port, is_digit);
}

}  // namespace

Result<void> check_http_url(std::string_view url) {
  const auto refuse = [url](std::string_view why) {
    return invalid_request("HTTP_URL_INVALID", fmt::format("\"{}\": {}", url.substr(0, 200), why));
  };
  if (url.size() > limits::http_url_bytes_max) {
    return refuse(fmt::format("longer than {} bytes", limits::http_url_bytes_max));
  }
  if (!std::ranges::all_of(url, is_url_character)) {
    return refuse("a URL here has no user, fragment, space or other special character");
  }
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return refuse("it must begin with https:// or http://");
  }
  if (is_authority(rest.substr(0, rest.find_first_of("/?")))) return {};
  return refuse("it must name a host, and after a colon a port");
}

std::string join_url(std::string_view base, std::string_view path) {
  while (base.ends_with('/')) base.remove_suffix(1);
  return fmt::format("{}/{}", base, path);
}

}  // namespace chancery
