#include "backends/pkcs11/options.h"

#include <fmt/format.h>

#include <charconv>

#include "backends/key_directory.h"
#include "backends/option_list.h"
#include "backends/pkcs11/mechanism.h"
#include "core/base/limits/key_hosts.h"

namespace chancery::pkcs11 {
namespace {

using Problems = std::vector<std::string>;

void parse_token(std::string_view value, Options& options, Problems& problems) {
  Result<Uri> uri = Uri::parse(value, Uri::Names::token);
  if (uri.ok()) {
    options.token = std::move(*uri);
  } else {
    problems.push_back(fmt::format("token: {}", uri.error().message));
  }
}

void parse_keys(std::string_view list, Options& options, Problems& problems) {
  for (const std::string_view item : items_of(list)) {
    auto [name, text] = split_at_equals(item);
    if (!is_key_name(name)) {
      problems.push_back(
          fmt::format("keys: \"{}\" is not NAME=URI, such as release=pkcs11:object=release", item));
      continue;
    }
    Result<Uri> uri = Uri::parse(text, Uri::Names::key);
    if (!uri.ok()) {
      problems.push_back(fmt::format("keys: \"{}\": {}", name, uri.error().message));
    } else if (!options.keys.emplace(std::string(name), std::move(*uri)).second) {
      problems.push_back(fmt::format("keys: \"{}\" is there twice", name));
    }
  }
}

void parse_algorithms(std::string_view list, Options& options, Problems& problems) {
  for (const std::string_view item : items_of(list)) {
    auto [name, text] = split_at_equals(item);
    const std::optional<Algorithm> algorithm = algorithm_named(text);
    if (!is_key_name(name) || !algorithm || !is_supported(*algorithm)) {
      problems.push_back(fmt::format(
          "algorithms: \"{}\" is not NAME=ALGORITHM, such as app=rsa-pss-3072-sha256", item));
    } else if (!options.algorithms.emplace(std::string(name), *algorithm).second) {
      problems.push_back(fmt::format("algorithms: \"{}\" is there twice", name));
    }
  }
}

void parse_sessions(std::string_view value, Options& options, Problems& problems) {
  const char* end = value.data() + value.size();
  const auto [rest, failure] = std::from_chars(value.data(), end, options.sessions);
  if (failure != std::errc() || rest != end || options.sessions < 1 ||
      options.sessions > limits::key_host_threads_max) {
    problems.push_back(
        fmt::format("sessions: a number from 1 to {}", limits::key_host_threads_max));
  }
}

void parse_environment(std::string_view list, Options& options, Problems& problems) {
  for (const std::string_view item : items_of(list)) {
    auto [name, value] = split_at_equals(item);
    if (name.empty()) {
      problems.push_back(fmt::format("environment: \"{}\" is not NAME=VALUE", item));
    } else {
      options.environment.emplace_back(name, value);
    }
  }
}

void parse_paths(std::string_view option, std::string_view list, Options& options,
                 Problems& problems) {
  const auto access = option == "writes" ? BackendPath::write : BackendPath::read;
  for (const std::string_view item : items_of(list)) {
    options.paths.push_back({std::string(item), access});
    if (!item.starts_with('/')) {
      problems.push_back(fmt::format("{}: \"{}\" is no absolute path", option, item));
    }
  }
}

void parse_option(const std::string& name, const std::string& value, Options& options,
                  Problems& problems) {
  if (name == "module") {
    options.module = value;
  } else if (name == "directory") {
    options.directory = value;
  } else if (name == "pin_file") {
    options.pin_file = value;
  } else if (name == "pin_credential") {
    options.pin_credential = value;
  } else if (name == "token") {
    parse_token(value, options, problems);
  } else if (name == "keys") {
    parse_keys(value, options, problems);
  } else if (name == "algorithms") {
    parse_algorithms(value, options, problems);
  } else if (name == "sessions") {
    parse_sessions(value, options, problems);
  } else if (name == "environment") {
    parse_environment(value, options, problems);
  } else if (name == "reads" || name == "writes") {
    parse_paths(name, value, options, problems);
  } else {
    problems.push_back(fmt::format("unknown option {}", name));
  }
}

}  // namespace

Options parse_options(const BackendConfig& config, Problems& problems) {
  Options options;
  for (const auto& [name, value] : config.options) parse_option(name, value, options, problems);
  if (!options.module.is_absolute()) {
    problems.push_back(
        "module: an absolute path is required, such as /usr/lib/softhsm/libsofthsm2.so");
  }
  if (!options.directory.is_absolute()) {
    problems.push_back("directory: an absolute path is required, such as /var/lib/chancery/hsm");
  }
  if (config.find("token") == nullptr) {
    problems.push_back("token: a PKCS#11 URI is required, such as pkcs11:token=release");
  }
  if (!options.pin_file.empty() && !options.pin_credential.empty()) {
    problems.push_back("give pin_file or pin_credential, not both");
  }
  return options;
}

Result<std::optional<Secret>> read_pin(const Options& options) {
  if (!options.pin_file.empty()) return std::optional(TRY(read_secret_file(options.pin_file)));
  if (!options.pin_credential.empty()) {
    return std::optional(TRY(read_credential(options.pin_credential)));
  }
  return std::optional<Secret>();
}

}  // namespace chancery::pkcs11
