#include "backends/wanted_keys.h"

#include <fmt/format.h>

#include <optional>

#include "backends/key_directory.h"

namespace chancery {
namespace {

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<KeyWanted> parse_wanted_key(std::string_view item, bool (*supports)(Algorithm)) {
  const std::size_t equals = item.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view name = trim(item.substr(0, equals));
  const auto algorithm = algorithm_named(trim(item.substr(equals + 1)));
  if (!is_key_name(name) || !algorithm || !supports(*algorithm)) return std::nullopt;
  return KeyWanted{std::string(name), *algorithm};
}

}  // namespace

std::vector<KeyWanted> parse_wanted_keys(std::string_view list, bool (*supports)(Algorithm),
                                         std::vector<std::string>& problems) {
  std::vector<KeyWanted> out;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view item = trim(list.substr(0, comma));
    if (auto wanted = parse_wanted_key(item, supports)) {
      out.push_back(std::move(*wanted));
    } else {
      problems.push_back(
          fmt::format("make_missing: \"{}\" is not NAME=ALGORITHM with an algorithm that this "
                      "backend makes, such "
                      "as default=ecdsa-p256-sha256",
                      item));
    }
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return out;
}

Result<void> check_unwanted(const std::vector<KeyWanted>& wanted, std::string_view name) {
  for (const KeyWanted& key : wanted) {
    if (key.name != name) continue;
    return denied(
        "KEY_PROTECTED",
        fmt::format("make_missing would make \"{}\" anew: take it out there first", name));
  }
  return {};
}

}  // namespace chancery
