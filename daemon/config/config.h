// The configuration, read whole or not at all: every mistake at once, with its line.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/key_backend.h"
#include "core/base/limits/configuration.h"
#include "core/base/limits/local_log.h"
#include "core/base/limits/statements.h"
#include "core/policy/rule.h"
#include "daemon/config/key_name.h"
#include "daemon/config/toml/problem.h"

namespace chancery::daemon {

// What a key vouches for (design promise 7): raw digests, and then all kinds; or typed content
// only.
enum class Signs { digests, statements };

// `line` in each section: where it begins in the file, for messages; 0 in the embedded default.
struct BackendSection {
  std::string type;
  BackendConfig config;
  unsigned line = 0;
};

struct ProfileSection {
  std::string name;
  // The newest first: what is signed is signed with the first that can. The others are there until
  // nobody needs them any more.
  std::vector<KeyName> keys;
  std::optional<Algorithm> algorithm = std::nullopt;  // given: each key must have it
  Signs signs = Signs::digests;
  std::vector<std::string> logs = {};         // [[rekor]] by name; none: the local log alone
  std::vector<std::string> authorities = {};  // [[timestamp_authority]] by name, as they are asked
  unsigned timestamps_required = 0;           // of distinct authorities
  std::string signing_config = {};  // [[signing_config]] by name: it gave the three before
  // Given: a signature leaves when it is timestamped, and its logs follow within so long.
  std::optional<std::chrono::hours> record_within = std::nullopt;
  std::chrono::seconds idempotency_key_life = limits::idempotency_key_life_default;
  unsigned line = 0;
};

bool uses_key(const ProfileSection& profile, const KeyName& key);

struct LogSection {
  std::string origin;  // set once; a later change is refused
  std::string backend;
  std::string key;
  std::chrono::milliseconds publish_interval = limits::publish_interval_default;
  unsigned line = 0;
};

// What the rules are to say of somebody, written beside them.
struct RuleTest {
  std::string name;
  policy::Peer peer;
  // What is asked for: a method for administrators, or else a signature.
  std::string method = {};
  std::string profile = {};
  policy::Kind kind = policy::Kind::digest;
  std::string predicate_type = {};
  std::vector<std::string> artifacts = {};
  std::optional<WallTime> at = std::nullopt;  // without it the rules' hours do not count
  bool allowed = false;
  std::string rule = {};  // by which one, or the nearest; empty: whichever
  unsigned line = 0;
};

// A Rekor elsewhere.
struct RekorSection {
  std::string name;
  int version = 2;
  std::string url;
  std::string read_url;  // v2: of checkpoint and tiles; empty: under `url`
  std::filesystem::path trusted_root;
  std::optional<double> adds_per_second;
  unsigned line = 0;
  bool operator==(const RekorSection&) const = default;
};

struct AuthoritySection {
  std::string name;
  std::string url;  // all of it
  std::filesystem::path trusted_root;
  std::optional<double> per_second;
  unsigned line = 0;
  bool operator==(const AuthoritySection&) const = default;
};

// A signing_config.json: logs and authorities, of which some are chosen when it is read.
struct SigningConfigSection {
  std::string name;
  std::filesystem::path file;
  std::filesystem::path trusted_root;
  unsigned line = 0;
};

struct RemoteSection {
  std::filesystem::path ca_file;  // empty: the system's authorities
  std::vector<SigningConfigSection> signing_configs;
  // As written, and what signing configs list: these are called by their addresses.
  std::vector<RekorSection> logs;
  std::vector<AuthoritySection> authorities;

  bool empty() const { return logs.empty() && authorities.empty(); }
};

struct Config {
  std::filesystem::path source;  // empty: the embedded default
  std::filesystem::path socket = "/run/chancery/chancery.sock";
  unsigned socket_mode = 0600;
  std::optional<unsigned> socket_folder_mode;  // makes it where it is not there
  std::filesystem::path state_directory = "/var/lib/chancery";
  std::chrono::seconds archive_life = limits::archive_life_default;  // of finished requests
  std::chrono::seconds audit_life = limits::audit_life_default;      // of its records
  std::filesystem::path metrics_file = {};                           // empty: none is written
  LogSection log;
  RemoteSection remote;
  std::vector<BackendSection> backends;
  std::vector<ProfileSection> profiles;
  std::filesystem::path rules_file;  // empty: the rules are in the configuration itself
  // SHA-256, in hexadecimal, of all that decides: the configuration, and behind it the rules' file.
  std::string policy_hash;
  policy::RuleSet rules;
  std::vector<RuleTest> rule_tests;
};

struct ConfigOutcome {
  Config config;                        // of use only without problems
  std::vector<ConfigProblem> problems;  // by line; empty: the configuration holds
};

// By a profile, or as the log's.
bool uses_key(const Config& config, const KeyName& key);

// What only the host knows: its users and groups by name, what is in other files, and the time.
struct Host {
  std::function<std::optional<std::uint32_t>(const std::string&)> uid_of;
  std::function<std::optional<std::uint32_t>(const std::string&)> gid_of;
  std::function<Result<std::string>(const std::filesystem::path&)> read_rules = nullptr;
  std::function<Result<std::string>(const std::filesystem::path&)> read_signing_config = nullptr;
  std::function<WallTime()> now = nullptr;
};
Host this_host();

// Pure but for `host`: TOML text to configuration. `types` are the backends that may be named, each
// with its `check` (backends/registry.h lists the real ones).
ConfigOutcome parse_config(std::string_view toml, const std::filesystem::path& source,
                           const Host& host, std::span<const BackendType> types);

// Reads the file, and the rules' where it names one: each regular, no symlink, at most
// limits::configuration_bytes_max; it and each folder above it owned by root or us and writable by
// nobody else.
// Errors: invalid_request CONFIG_NOT_FOUND, CONFIG_UNSAFE (owner, mode, symlink: what to do), or
// CONFIG_INVALID, its message listing every problem as "file:line: message"; unavailable
// CONFIG_UNREADABLE.
Result<Config> load_config(const std::filesystem::path& path, std::span<const BackendType> types);

// No file: a software key, the local log, the archive; only `uid` and root may use it.
Config embedded_default(const std::filesystem::path& state_directory,
                        const std::filesystem::path& socket, std::uint32_t uid);

// The problems as load_config reports them: a line each.
std::string describe(const std::filesystem::path& source, std::span<const ConfigProblem> problems);

}  // namespace chancery::daemon
