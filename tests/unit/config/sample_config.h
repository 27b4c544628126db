// A configuration that holds, users to name in it, and a backend that wants a directory.
#pragma once

#include <array>
#include <string>

#include "daemon/config/config.h"

namespace chancery::daemon {

// Numbered by hand where a test names a line.
inline const std::string sample_toml = R"([server]
socket = "/run/chancery/chancery.sock"
socket_mode = 0o666
[state]
directory = "/var/lib/chancery"
[archive]
days = 30
[log]
origin = "log.example.org"
backend = "disk"
key = "log"
publish_interval_ms = 250
[[backend]]
name = "disk"
type = "software"
directory = "/var/lib/chancery/keys"
[[profile]]
name = "release"
backend = "disk"
key = "release-2026"
algorithm = "ecdsa-p384-sha384"
signs = "statements"
idempotency_hours = 48
record = "before-release"
[[profile]]
name = "nightly"
backend = "disk"
key = "nightly"
signs = "digests"
[[rule]]
name = "builders"
users = ["alice", 1001]
groups = ["ci"]
profiles = ["release", "nightly"]
[[rule]]
name = "keepers"
groups = ["ci"]
admin = true
)";

inline Host sample_users() {
  return {[](const std::string& name) -> std::optional<std::uint32_t> {
            return name == "alice" ? std::optional<std::uint32_t>(1000) : std::nullopt;
          },
          [](const std::string& name) -> std::optional<std::uint32_t> {
            return name == "ci" ? std::optional<std::uint32_t>(50) : std::nullopt;
          }};
}

inline std::vector<std::string> check_sample_backend(const BackendConfig& config) {
  std::vector<std::string> problems;
  if (config.find("directory") == nullptr) problems.push_back("directory is missing");
  for (const auto& [option, value] : config.options) {
    if (option == "directoy") problems.push_back("unknown key " + option);
  }
  return problems;
}

inline BackendType sample_type(std::string_view name) {
  BackendType type{};
  type.name = name;
  type.check = check_sample_backend;
  return type;
}

inline const std::array<BackendType, 2> sample_types = {sample_type("software"),
                                                        sample_type("tpm")};

inline ConfigOutcome parse_sample(std::string_view toml) {
  return parse_config(toml, "/etc/chancery/chancery.toml", sample_users(), sample_types);
}

}  // namespace chancery::daemon
