// The options of a software backend, parsed.
#pragma once

#include <filesystem>
#include <optional>

#include "backends/key_backend.h"
#include "backends/secret.h"
#include "backends/wanted_keys.h"

namespace chancery::software {

struct Options {
  std::filesystem::path directory;
  std::string passphrase_file;
  std::string passphrase_credential;
  std::vector<KeyWanted> make_missing;
};

// What was understood; every complaint goes to `problems`.
Options parse_options(const BackendConfig& config, std::vector<std::string>& problems);

// Nothing where neither option is given.
Result<std::optional<Secret>> read_passphrase(const Options& options);

// Whether this backend can make and use such keys: not PSS, not Ed25519ph.
bool is_supported(Algorithm algorithm);

}  // namespace chancery::software
