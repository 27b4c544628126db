// The profile that a command signs with, as the daemon describes it.
#pragma once

#include "chancery/v1/signer.pb.h"
#include "client/requests/link.h"
#include "core/crypto/algorithm.h"

namespace chancery::client {

enum class Content { digest, statement };

// Asked before anything is hashed: an error here spares the reading of a large file, and the key's
// algorithm says which hash. Errors: not_found PROFILE_UNKNOWN; denied NO_RULE; unsupported
// PROFILE_SIGNS_NO_DIGESTS, PROFILE_SIGNS_NO_STATEMENTS, ALGORITHM_UNKNOWN.
Result<v1::Profile> find_profile(Link& link, const std::string& name, Content content,
                                 Deadline deadline);

Result<HashAlgorithm> hash_of(const v1::Profile& profile);

}  // namespace chancery::client
