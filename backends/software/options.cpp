#include "backends/software/options.h"

#include <fmt/format.h>

namespace chancery::software {

Options parse_options(const BackendConfig& config, std::vector<std::string>& problems) {
  Options options;
  for (const auto& [name, value] : config.options) {
    if (name == "directory") {
      options.directory = value;
    } else if (name == "passphrase_file") {
      options.passphrase_file = value;
    } else if (name == "passphrase_credential") {
      options.passphrase_credential = value;
    } else if (name == "make_missing") {
      options.make_missing = parse_wanted_keys(value, is_supported, problems);
    } else {
      problems.push_back(fmt::format("unknown option {}", name));
    }
  }
  if (!options.directory.is_absolute()) {
    problems.push_back("directory: an absolute path is required, such as /var/lib/chancery/keys");
  }
  if (!options.passphrase_file.empty() && !options.passphrase_credential.empty()) {
    problems.push_back("give passphrase_file or passphrase_credential, not both");
  }
  return options;
}

Result<std::optional<Secret>> read_passphrase(const Options& options) {
  if (!options.passphrase_file.empty()) {
    return std::optional(TRY(read_secret_file(options.passphrase_file)));
  }
  if (!options.passphrase_credential.empty()) {
    return std::optional(TRY(read_credential(options.passphrase_credential)));
  }
  return std::optional<Secret>();
}

bool is_supported(Algorithm algorithm) {
  const bool is_pss = is_rsa(algorithm) && !is_deterministic(algorithm);
  return !is_pss && algorithm != Algorithm::ed25519_ph;
}

}  // namespace chancery::software
