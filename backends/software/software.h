// Private keys in files: PKCS#8 PEM, one key a file, in one directory.
//
// Options: directory (required); passphrase_file or passphrase_credential; make_missing, a list of
// "name=algorithm, ..." made on first use.
#pragma once

#include "backends/key_backend.h"

namespace chancery::software {

// Errors of `open`: invalid_request KEY_DIRECTORY_UNSAFE, TOO_MANY_KEYS; as read_secret_file's for
// the passphrase; invalid_request KEY_FILE_ENCRYPTED (and no passphrase given) and PASSPHRASE_WRONG
// where no file opens. What else is wrong with a file makes its key unusable.
Result<std::vector<std::unique_ptr<KeyBackend>>> open(const BackendConfig& config,
                                                      std::size_t count, Deadline deadline);
std::vector<std::string> check(const BackendConfig& config);
std::vector<BackendPath> paths(const BackendConfig& config);

// More threads than cores gain nothing; P-256 fills one core at 40,000 a second.
inline constexpr BackendType backend_type{"software", 4,     Confinement::memory_only,
                                          check,      paths, open};

}  // namespace chancery::software
