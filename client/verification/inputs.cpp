#include "client/verification/inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <system_error>

#include "client/files/file.h"
#include "core/base/limits/bundles.h"
#include "core/base/limits/command.h"

namespace chancery::client {

namespace {

constexpr std::string_view system_trusted_root = "/etc/chancery/trusted_root.json";

Result<std::filesystem::path> find_trusted_root(const Environment& environment) {
  const auto places = default_trusted_roots(environment);
  std::vector<std::string> names;
  for (const auto& place : places) {
    std::error_code ignored;
    if (std::filesystem::exists(place, ignored)) return place;
    names.push_back(place.string());
  }
  return not_found("TRUSTED_ROOT_NOT_FOUND",
                   fmt::format("there is no trusted root at {}: name one with --trusted-root; "
                               "`chancery trust export` prints a daemon's own",
                               fmt::join(names, " or ")));
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    // XDG Base Directory Specification: an empty variable counts as unset.
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
}

std::vector<std::filesystem::path> default_trusted_roots(const Environment& environment) {
  std::vector<std::filesystem::path> places;
  if (const auto configuration = environment("XDG_CONFIG_HOME"))
    places.push_back(std::filesystem::path(*configuration) / "chancery/trusted_root.json");
  else if (const auto home = environment("HOME"))
    places.push_back(std::filesystem::path(*home) / ".config/chancery/trusted_root.json");
  places.emplace_back(system_trusted_root);
  return places;
}

Result<bundle::TrustedRoot> load_trusted_root(const std::string& named,
                                              const Environment& environment) {
  const std::filesystem::path path =
      named.empty() ? TRY(find_trusted_root(environment)) : std::filesystem::path(named);
  const std::string json = TRY(read_file(path, "trusted root", limits::trusted_root_bytes_max));
  return in_file(path.string(), bundle::parse_trusted_root(json));
}

Result<PublicKey> load_key(const std::filesystem::path& path) {
  const std::string pem = TRY(read_file(path, "public key", limits::public_key_bytes_max));
  return in_file(path.string(), PublicKey::from_pem(pem));
}

}  // namespace chancery::client
