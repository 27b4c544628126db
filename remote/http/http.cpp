#include "remote/http/http.h"

#include <algorithm>
#include <charconv>

namespace chancery::remote {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_but_for_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

const std::string* HttpAnswer::find_header(std::string_view name) const {
  const auto found = std::ranges::find_if(
      headers, [name](const HttpHeader& header) { return equal_but_for_case(header.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

std::optional<std::chrono::seconds> HttpAnswer::retry_after() const {
  const std::string* text = find_header("Retry-After");
  if (text == nullptr) return std::nullopt;
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

}  // namespace chancery::remote
