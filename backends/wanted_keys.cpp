#include "backends/wanted_keys.h"

#include <fmt/format.h>

#include <optional>

#include "backends/key_directory.h"
#include "backends/option_list.h"

namespace chancery {
namespace {

std::optional<KeyWanted> parse_wanted_key(std::string_view item, bool (*supports)(Algorithm)) {
  const auto [name, algorithm_name] = split_at_equals(item);
  const auto algorithm = algorithm_named(algorithm_name);
  if (!is_key_name(name) || !algorithm || !supports(*algorithm)) return std::nullopt;
  return KeyWanted{std::string(name), *algorithm};
}

}  // namespace

std::vector<KeyWanted> parse_wanted_keys(std::string_view list, bool (*supports)(Algorithm),
                                         std::vector<std::string>& problems) {
  std::vector<KeyWanted> out;
  for (const std::string_view item : items_of(list)) {
    if (auto wanted = parse_wanted_key(item, supports)) {
      out.push_back(std::move(*wanted));
    } else {
      problems.push_back(
          fmt::format("make_missing: \"{}\" is not NAME=ALGORITHM with an algorithm that this "
                      "backend makes, such "
                      "as default=ecdsa-p256-sha256",
                      item));
    }
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
