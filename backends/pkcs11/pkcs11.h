// Private keys in a PKCS#11 token: an HSM, a smart card, SoftHSM. The vendor's module is the one
// that the configuration names, and no other.
//
// Options: module, token and directory (required); pin_file or pin_credential; keys, algorithms,
// sessions; environment, reads and writes for the module. docs/configuration.md explains them.
#pragma once

#include "backends/key_backend.h"

namespace chancery::pkcs11 {

// Errors of `open`: unavailable MODULE_LOAD_FAILED, TOKEN_ABSENT, TOKEN_FAILED, PIN_LOCKED,
// TOKEN_SESSIONS_FULL; invalid_request TOKEN_AMBIGUOUS, TOO_MANY_KEYS, PIN_MISSING, PIN_REJECTED
// and PIN_UNANSWERED (not tried again until it changes), KEY_DIRECTORY_UNSAFE, or as
// read_secret_file's. What is wrong with a key makes it unusable: KEY_AMBIGUOUS, KEY_UNSUPPORTED.
// Fewer instances than asked for where the token has no more sessions.
Result<std::vector<std::unique_ptr<KeyBackend>>> open(const BackendConfig& config,
                                                      std::size_t count, Deadline deadline);
std::vector<std::string> check(const BackendConfig& config);
std::vector<BackendPath> paths(const BackendConfig& config);

// So many sessions at most; the option `sessions` says how many there are.
inline constexpr BackendType backend_type{"pkcs11", 16, Confinement::device, check, paths, open};

}  // namespace chancery::pkcs11
