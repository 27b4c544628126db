// Private keys in files: PKCS#8 PEM, one key a file, in one directory.
//
// Options: directory (required); passphrase_file or passphrase_credential; make_missing, a list of
// "name=algorithm, ..." made on first use.
#pragma once

#include "backends/key_backend.h"

namespace chancery::software {

// Errors of `open`: invalid_request or unavailable as read_private_file's; invalid_request
// KEY_DIRECTORY_UNSAFE, KEY_FILE_ENCRYPTED (and no passphrase given), PASSPHRASE_WRONG,
// KEY_FILE_UNSUPPORTED, KEY_NAME_INVALID; corrupt KEY_FILE_DAMAGED.
Result<std::vector<std::unique_ptr<KeyBackend>>> open(const BackendConfig& config,
                                                      std::size_t count, Deadline deadline);
std::vector<std::string> check(const BackendConfig& config);
std::vector<BackendPath> paths(const BackendConfig& config);

// More threads than cores gain nothing; P-256 fills one core at 40,000 a second.
inline constexpr BackendType backend_type{"software", 4,     Confinement::memory_only,
                                          check,      paths, open};

}  // namespace chancery::software
