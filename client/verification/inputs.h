// What a verification needs besides artefact and bundle: the roots, and the signer's key.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/bundle/trusted_root.h"

namespace chancery::client {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

// Where a trusted root is looked for when none is named, in this order.
std::vector<std::filesystem::path> default_trusted_roots(const Environment& environment);

// Errors: those of read_file and parse_trusted_root, with the file's name; not_found
// TRUSTED_ROOT_NOT_FOUND, which names the places.
Result<bundle::TrustedRoot> load_trusted_root(const std::string& named,
                                              const Environment& environment);

// Errors: those of read_file and PublicKey::from_pem, with the file's name.
Result<PublicKey> load_key(const std::filesystem::path& path);

// Library words get the file they speak of.
template <typename T>
Result<T> in_file(const std::string& path, Result<T> result) {
  if (result.ok()) return result;
  Error error = result.error();
  error.message = fmt::format("{}: {}", path, error.message);
  return error;
}

}  // namespace chancery::client
