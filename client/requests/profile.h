// The profile that a command signs with, as the daemon describes it.
#pragma once

#include "client/requests/link.h"
#include "core/crypto/algorithm.h"

namespace chancery::client {

// Asked before anything is hashed: the algorithm of the profile's key says which hash. Whether we
// may use it is not looked at: the daemon refuses, and has it on record. A backend that has not
// shown the key yet is waited for until the deadline. Errors: not_found PROFILE_UNKNOWN;
// unavailable BACKEND_DOWN; unsupported ALGORITHM_UNKNOWN.
Result<HashAlgorithm> find_hash(Link& link, const std::string& name, Deadline deadline);

}  // namespace chancery::client
