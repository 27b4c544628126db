#include "core/policy/cgroup.h"

#include <algorithm>
#include <vector>

#include "core/base/ascii.h"
#include "core/base/limits/rules.h"

namespace chancery::policy {
namespace {

// Container engines name cgroups by SHA-256-sized ids.
constexpr std::size_t container_id_characters = 64;

// systemd.unit(5): what a unit's name is made of.
bool is_unit_character(char c) {
  return is_letter(c) || is_digit(c) ||
         std::string_view(":-_.\\@").find(c) != std::string_view::npos;
}

// cgroups(7): "hierarchy-ID:controller-list:cgroup-path"; 0 and no controllers is version 2.
std::string_view path_in(std::string_view text, std::string_view prefix_after_id) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (!line.substr(colon).starts_with(prefix_after_id)) continue;
    if (prefix_after_id == "::" && line.substr(0, colon) != "0") continue;
    return line.substr(colon + prefix_after_id.size());
  }
  return {};
}

// The manager's own hierarchy is the named one where version 1 is in use, else version 2's.
std::string_view managers_path(std::string_view text) {
  const std::string_view named = path_in(text, ":name=systemd:");
  return named.empty() ? path_in(text, "::") : named;
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

bool is_unit(std::string_view name) {
  return name.size() <= limits::unit_name_bytes_max &&
         (name.ends_with(".service") || name.ends_with(".scope")) && name.front() != '.' &&
         std::ranges::all_of(name, is_unit_character);
}

// The first that is no slice. Below user.slice are logins and the users' own managers, who name
// their units as they like; below a unit is what that unit itself has made.
std::string_view find_unit(const std::vector<std::string_view>& parts) {
  if (parts.empty() || parts.front() == "user.slice") return {};
  const auto first =
      std::ranges::find_if(parts, [](std::string_view part) { return !part.ends_with(".slice"); });
  if (first == parts.end()) return {};
  std::string_view name = *first;
  // systemd puts '_' before a name that could be one of the kernel's own files.
  if (name.starts_with('_')) name.remove_prefix(1);
  return is_unit(name) ? name : std::string_view();
}

// "docker-ID.scope", "cri-containerd-ID.scope", "ID": the outermost, for what is in a container
// may make cgroups of its own.
std::string_view find_container(const std::vector<std::string_view>& parts) {
  for (std::string_view part : parts) {
    if (part.ends_with(".scope")) part.remove_suffix(std::string_view(".scope").size());
    if (const std::size_t dash = part.rfind('-'); dash != std::string_view::npos) {
      part.remove_prefix(dash + 1);
    }
    if (part.size() == container_id_characters && std::ranges::all_of(part, is_hexadecimal)) {
      return part;
    }
  }
  return {};
}

}  // namespace

Cgroup parse_cgroup(std::string_view text) {
  if (text.size() > limits::cgroup_text_bytes_max) return {};
  const std::string_view path = managers_path(text);
  // A cgroup that is gone, and one outside our own cgroup namespace.
  if (!path.starts_with('/') || path.ends_with(" (deleted)")) return {};
  const std::vector<std::string_view> parts = split(path);
  if (std::ranges::find(parts, "..") != parts.end()) return {};
  return {std::string(find_unit(parts)), std::string(find_container(parts))};
}

}  // namespace chancery::policy
