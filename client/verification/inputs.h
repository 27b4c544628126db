// What a verification needs besides the artefact: the bundle, the roots, what the caller expects.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/bundle/verify.h"

namespace chancery::client {

// As the command line names them.
struct VerifyOptions {
  std::string bundle;
  std::string trusted_root;  // empty: the default places
  std::string key;           // PEM
};

struct Inputs {
  std::string bundle;  // unparsed: a malformed one is a refusal, not trouble
  bundle::TrustedRoot root;
  bundle::Policy policy;
};

using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

// Where a trusted root is looked for when none is named, in this order.
std::vector<std::filesystem::path> default_trusted_roots(const Environment& environment);

// Errors: those of read_file and parse_trusted_root, with the file's name; not_found
// TRUSTED_ROOT_NOT_FOUND, which names the places.
Result<bundle::TrustedRoot> load_trusted_root(const std::string& named,
                                              const Environment& environment);

// Errors: those of load_trusted_root, read_file and PublicKey::from_pem, with the file's name.
Result<Inputs> load_inputs(const VerifyOptions& options, const Environment& environment);

}  // namespace chancery::client
