// The configuration, read whole or not at all: every mistake at once, with its line.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backends/key_backend.h"
#include "core/policy/rule.h"

namespace chancery::daemon {

// What a key vouches for (design promise 7): raw digests, and then all kinds; or typed content
// only.
enum class Signs { digests, statements };

struct BackendSection {
  std::string type;
  BackendConfig config;
};

struct ProfileSection {
  std::string name;
  std::string backend;
  std::string key;
  Signs signs = Signs::digests;
  std::chrono::seconds idempotency_key_life;
};

struct LogSection {
  std::string origin;  // set once; a later change is refused
  std::string backend;
  std::string key;
  std::chrono::milliseconds publish_interval;
};

struct Config {
  std::filesystem::path source;  // empty: the embedded default
  std::filesystem::path socket;
  unsigned socket_mode = 0600;
  std::filesystem::path state_directory;
  std::chrono::seconds archive_life;  // of finished requests and their bundles
  LogSection log;
  std::vector<BackendSection> backends;
  std::vector<ProfileSection> profiles;
  policy::RuleSet rules;
};

struct ConfigProblem {
  unsigned line;        // 0: the file as a whole
  std::string message;  // what it is and what was expected
};

struct ConfigOutcome {
  Config config;
  std::vector<ConfigProblem> problems;  // empty: the configuration holds
};

// Pure: TOML text to configuration. User and group names are looked up with `users`.
struct UserDatabase {
  std::function<std::optional<std::uint32_t>(const std::string&)> uid_of;
  std::function<std::optional<std::uint32_t>(const std::string&)> gid_of;
};
ConfigOutcome parse_config(std::string_view toml, const std::filesystem::path& source,
                           const UserDatabase& users);

// Reads the file (owner root or us, not writable by others). Error: invalid_request CONFIG_INVALID,
// its message listing every problem as "file:line: message".
Result<Config> load_config(const std::filesystem::path& path);

// No file: a software key, the local log, the archive; only `uid` (and root) may use it.
Config embedded_default(const std::filesystem::path& state_directory,
                        const std::filesystem::path& socket, std::uint32_t uid);

}  // namespace chancery::daemon
