#include "backends/software/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/limits/statements.h"

namespace chancery::software {
namespace {

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

void parse_wanted(std::string_view item, Options& options, std::vector<std::string>& problems) {
  const std::size_t equals = item.find('=');
  const std::string_view name = trim(item.substr(0, equals));
  const auto algorithm = equals == std::string_view::npos
                             ? std::nullopt
                             : algorithm_named(trim(item.substr(equals + 1)));
  if (!is_key_name(name) || !algorithm || !is_supported(*algorithm)) {
    problems.push_back(fmt::format(
        "make_missing: \"{}\" is not NAME=ALGORITHM, such as default=ecdsa-p256-sha256", item));
    return;
  }
  options.make_missing.push_back({std::string(name), *algorithm});
}

void parse_make_missing(std::string_view list, Options& options,
                        std::vector<std::string>& problems) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    parse_wanted(trim(list.substr(0, comma)), options, problems);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
}

}  // namespace

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
      parse_make_missing(value, options, problems);
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

bool is_key_name(std::string_view name) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !name.empty() && name.size() <= limits::name_bytes_max - 4 && name.front() != '.' &&
         name.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_supported(Algorithm algorithm) {
  const bool is_pss = is_rsa(algorithm) && !is_deterministic(algorithm);
  return !is_pss && algorithm != Algorithm::ed25519_ph;
}

}  // namespace chancery::software
