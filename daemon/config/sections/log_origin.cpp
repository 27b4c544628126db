#include "daemon/config/sections/log_origin.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace chancery::daemon {
namespace {

constexpr std::size_t host_name_bytes_max = 253;  // RFC 1035 2.3.4, as text
constexpr std::size_t label_bytes_max = 63;

bool is_label_character(char c) { return is_lower(c) || is_digit(c) || c == '-'; }
bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// ".* - [0-9]+": how clients tell an origin of Rekor v1, with its tree id, from one of v2.
bool ends_like_tree_id(std::string_view origin) {
  const std::size_t dash = origin.rfind(" - ");
  if (dash == std::string_view::npos) return false;
  const std::string_view number = origin.substr(dash + 3);
  return !number.empty() && std::ranges::all_of(number, is_digit);
}

std::string find_label_fault(std::string_view label) {
  if (label.empty()) return "has an empty part between its dots";
  if (label.size() > label_bytes_max) return "has a part longer than 63 characters";
  if (!std::ranges::all_of(label, is_label_character)) {
    return "may hold only lower-case letters, digits, '-' and '.'";
  }
  if (label.front() == '-' || label.back() == '-') return "has a part that begins or ends in '-'";
  return "";
}

}  // namespace

std::string find_origin_fault(std::string_view origin) {
  if (origin.empty()) return "is empty";
  if (ends_like_tree_id(origin)) return "ends like a Rekor v1 tree id (\" - \" and digits)";
  if (contains(origin, "://")) return "is a URL: write only its host";
  if (contains(origin, "/")) return "has a path: clients look at the host alone";
  if (contains(origin, ":")) return "has a port: clients drop it and would look for another name";
  // C2SP signed-note: a key name has no spaces and no plus.
  if (contains(origin, "+")) return "has a '+', which no signed note's key name may have";
  if (origin.find_first_of(" \t\r\n") != std::string_view::npos) {
    return "has a space, which no signed note's key name may have";
  }
  if (std::ranges::any_of(origin, is_upper)) {
    return "has upper-case letters: some clients lower them and would look for another name";
  }
  if (origin.size() > host_name_bytes_max) return "is longer than 253 characters";
  std::string_view rest = origin;
  while (true) {
    const std::size_t dot = rest.find('.');
    const std::string_view label = rest.substr(0, dot);
    if (std::string fault = find_label_fault(label); !fault.empty()) return fault;
    if (dot == std::string_view::npos) {
      return std::ranges::all_of(label, is_digit) ? "is an address or a number, not a name" : "";
    }
    rest.remove_prefix(dot + 1);
  }
}

}  // namespace chancery::daemon
