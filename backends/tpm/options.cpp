#include "backends/tpm/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "backends/key_directory.h"
#include "backends/option_list.h"

namespace chancery::tpm {
namespace {

using Problems = std::vector<std::string>;

constexpr std::string_view device_prefix = "device:";
constexpr std::string_view swtpm_prefix = "swtpm:path=";
constexpr std::uint32_t persistent_first = 0x81000000;
constexpr std::uint32_t persistent_last = 0x81ffffff;
constexpr unsigned pcr_last = 23;  // PC Client platform: PCR 0 to 23

template <typename Number>
std::optional<Number> number_in(std::string_view text, int base) {
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void parse_tcti(const std::string& value, Options& options, Problems& problems) {
  options.tcti = value;
  const bool is_device = value.starts_with(std::string(device_prefix) + "/");
  const bool is_swtpm = value.starts_with(std::string(swtpm_prefix) + "/");
  if (is_device || is_swtpm || value == "tabrmd" || value.starts_with("tabrmd:")) return;
  problems.push_back(fmt::format(
      "tcti: \"{}\" is none of device:/dev/..., swtpm:path=/..., tabrmd{}", value,
      value.starts_with("swtpm:") ? "; a key host has no network, so swtpm must listen on a Unix "
                                    "socket (--server type=unixio,path=...)"
                                  : ""));
}

void parse_persistent(std::string_view list, Options& options, Problems& problems) {
  for (const std::string_view item : items_of(list)) {
    const auto [name, number] = split_at_equals(item);
    const auto handle =
        number.starts_with("0x") ? number_in<std::uint32_t>(number.substr(2), 16) : std::nullopt;
    const bool is_taken =
        std::ranges::any_of(options.persistent, [&, name = name](const PersistentKey& key) {
          return key.name == name || key.handle == handle;
        });
    if (!is_key_name(name) || !handle || *handle < persistent_first || *handle > persistent_last ||
        is_taken) {
      problems.push_back(fmt::format(
          "persistent: \"{}\" is not NAME=HANDLE, such as release=0x81000200, each once", item));
      continue;
    }
    options.persistent.push_back({std::string(name), *handle});
  }
}

void parse_pcrs(std::string_view list, Options& options, Problems& problems) {
  for (const std::string_view item : items_of(list)) {
    const auto pcr = number_in<unsigned>(item, 10);
    if (!pcr || *pcr > pcr_last || std::ranges::count(options.pcrs, *pcr) != 0) {
      problems.push_back(
          fmt::format("pcrs: \"{}\" is not a PCR, 0 to {}, each once", item, pcr_last));
      continue;
    }
    options.pcrs.push_back(*pcr);
  }
}

void parse_choices(std::string_view name, std::string_view value, Options& options,
                   Problems& problems) {
  if (name == "guard_guessing") {
    options.guard_guessing = value == "true";
    if (value != "true" && value != "false") problems.push_back("guard_guessing: true or false");
  } else if (name == "bus") {
    options.bus = value == "untrusted" ? Bus::untrusted : Bus::trusted;
    if (value != "trusted" && value != "untrusted") {
      problems.push_back("bus: \"trusted\" or \"untrusted\"");
    }
  } else {
    problems.push_back(fmt::format("unknown option {}", name));
  }
}

void check_together(const Options& options, Problems& problems) {
  if (options.directory.empty() && options.persistent.empty()) {
    problems.push_back("directory or persistent: without either there are no keys");
  }
  if (!options.directory.empty() && !options.directory.is_absolute()) {
    problems.push_back("directory: an absolute path is required, such as /var/lib/chancery/tpm");
  }
  if (options.directory.empty() && !options.make_missing.empty()) {
    problems.push_back("make_missing: keys are made as files, so directory is required");
  }
  if (!options.auth_file.empty() && !options.auth_credential.empty()) {
    problems.push_back("give auth_file or auth_credential, not both");
  }
}

}  // namespace

Options parse_options(const BackendConfig& config, Problems& problems) {
  Options options;
  for (const auto& [name, value] : config.options) {
    if (name == "tcti") {
      parse_tcti(value, options, problems);
    } else if (name == "directory") {
      options.directory = value;
    } else if (name == "persistent") {
      parse_persistent(value, options, problems);
    } else if (name == "auth_file") {
      options.auth_file = value;
    } else if (name == "auth_credential") {
      options.auth_credential = value;
    } else if (name == "make_missing") {
      options.make_missing = parse_wanted_keys(value, is_supported, problems);
    } else if (name == "pcrs") {
      parse_pcrs(value, options, problems);
    } else {
      parse_choices(name, value, options, problems);
    }
  }
  check_together(options, problems);
  return options;
}

std::optional<std::string> device_file(const std::string& tcti) {
  if (!tcti.starts_with(device_prefix)) return std::nullopt;
  return tcti.substr(device_prefix.size());
}

std::filesystem::path auth_value_file(const Options& options) {
  if (!options.auth_file.empty() || options.auth_credential.empty()) return options.auth_file;
  return credential_path(options.auth_credential);
}

Result<std::optional<Secret>> read_auth_value(const Options& options) {
  if (!options.auth_file.empty()) return std::optional(TRY(read_secret_file(options.auth_file)));
  if (!options.auth_credential.empty()) {
    return std::optional(TRY(read_credential(options.auth_credential)));
  }
  return std::optional<Secret>();
}

bool is_supported(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::ecdsa_p256_sha256:
    case Algorithm::ecdsa_p384_sha384:
    case Algorithm::ecdsa_p521_sha512:
    case Algorithm::rsa_pkcs1v15_2048_sha256:
    case Algorithm::rsa_pkcs1v15_3072_sha256:
    case Algorithm::rsa_pkcs1v15_4096_sha256:
      return true;
    default:
      return false;
  }
}

}  // namespace chancery::tpm
