// Profiles as the flows use them: which key, for which kinds of request.
#pragma once

#include "daemon/config/config.h"
#include "daemon/flows/asked.h"

namespace chancery::daemon {

const ProfileSection* find_profile(const Config& config, std::string_view name);
Error unknown_profile(std::string_view name);

// Design promise 7: a key signs raw digests (and then everything), or only typed content.
// Error: denied KIND_NOT_SIGNED.
Result<void> may_sign_kind(const ProfileSection& profile, RequestKind kind);

// What the key gets: the artefact's digest, or that of the statement's pre-authentication
// encoding. Errors: unsupported ALGORITHM_NOT_LOGGABLE; invalid_request DIGEST_ALGORITHM_MISMATCH.
Result<Digest> digest_to_sign(const Asked& asked, Algorithm algorithm);

}  // namespace chancery::daemon
