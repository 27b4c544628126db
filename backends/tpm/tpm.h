// Private keys in a TPM 2.0: made there, kept as files that only it can open, or in the TPM itself.
//
// Options: tcti; directory and make_missing, persistent; auth_file or auth_credential;
// guard_guessing; pcrs; bus. docs/configuration.md has their meaning.
#pragma once

#include "backends/key_backend.h"

namespace chancery::tpm {

// Errors of `open`: as read_secret_file's for the authorisation value; unavailable TPM_ABSENT and
// the others of failure.h; invalid_request KEY_DIRECTORY_UNSAFE, TPM_AUTH_WRONG (every key refuses
// it), TPM_AUTH_TOO_LONG. What else is wrong with a key makes it unusable: KEY_NAMED_TWICE,
// TPM_AUTH_MISSING, TPM_HANDLE_LOST, what is wrong with its file.
Result<std::vector<std::unique_ptr<KeyBackend>>> open(const BackendConfig& config,
                                                      std::size_t count, Deadline deadline);
std::vector<std::string> check_options(const BackendConfig& config);
std::vector<BackendPath> paths(const BackendConfig& config);

// A TPM does one command at a time: a second thread would only wait.
inline constexpr BackendType backend_type{"tpm",         1,     Confinement::device,
                                          check_options, paths, open};

}  // namespace chancery::tpm
