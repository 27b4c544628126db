#include "backends/option_list.h"

namespace chancery {
namespace {

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::vector<std::string_view> items_of(std::string_view list) {
  std::vector<std::string_view> out;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    out.push_back(trim(list.substr(0, comma)));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return out;
}

std::pair<std::string_view, std::string_view> split_at_equals(std::string_view item) {
  const std::size_t equals = item.find('=');
  if (equals == std::string_view::npos) return {};
  return {trim(item.substr(0, equals)), trim(item.substr(equals + 1))};
}

}  // namespace chancery
