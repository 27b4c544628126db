// The profile that a command signs with, as the daemon describes it.
#pragma once

#include "chancery/v1/signer.pb.h"
#include "client/requests/link.h"
#include "core/crypto/algorithm.h"

namespace chancery::client {

// Asked before anything is hashed: the key's algorithm says which hash. Whether we may use it is
// not looked at: the daemon refuses, and has it on record. Error: not_found PROFILE_UNKNOWN.
Result<v1::Profile> find_profile(Link& link, const std::string& name, Deadline deadline);

// Errors: unavailable BACKEND_DOWN; unsupported ALGORITHM_UNKNOWN.
Result<HashAlgorithm> hash_of(const v1::Profile& profile);

}  // namespace chancery::client
