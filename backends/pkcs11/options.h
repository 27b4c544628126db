// The options of a PKCS#11 backend, parsed.
#pragma once

#include <filesystem>
#include <map>
#include <optional>

#include "backends/key_backend.h"
#include "backends/pkcs11/uri.h"
#include "backends/secret.h"

namespace chancery::pkcs11 {

struct Options {
  std::filesystem::path module;
  std::optional<Uri> token;
  std::filesystem::path directory;
  std::string pin_file;
  std::string pin_credential;
  std::map<std::string, Uri, std::less<>> keys;              // empty: every key, by its label
  std::map<std::string, Algorithm, std::less<>> algorithms;  // where not the key's usual one
  std::size_t sessions = 4;
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<BackendPath> paths;
};

// What was understood; every complaint goes to `problems`.
Options parse_options(const BackendConfig& config, std::vector<std::string>& problems);

// Nothing where neither option is given.
Result<std::optional<Secret>> read_pin(const Options& options);

}  // namespace chancery::pkcs11
