#include "daemon/flows/profile.h"

#include <fmt/format.h>

#include "core/bundle/dsse.h"

namespace chancery::daemon {

const ProfileSection* find_profile(const Config& config, std::string_view name) {
  for (const ProfileSection& profile : config.profiles) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

Error unknown_profile(std::string_view name) {
  return not_found("PROFILE_UNKNOWN", fmt::format("no profile is named \"{}\"", name));
}

Result<void> may_sign_kind(const ProfileSection& profile, RequestKind kind) {
  if (kind == RequestKind::digest && profile.signs == Signs::statements) {
    return denied(
        "KIND_NOT_SIGNED",
        fmt::format("profile \"{}\" signs statements only: a raw digest could be the hash "
                    "of anything",
                    profile.name));
  }
  return {};
}

Result<Digest> digest_to_sign(const Asked& asked, Algorithm algorithm) {
  if (!is_loggable(algorithm)) {
    return unsupported("ALGORITHM_NOT_LOGGABLE",
                       fmt::format("transparency logs take no entries signed with {}: use another "
                                   "key in this profile",
                                   name_of(algorithm)));
  }
  const HashAlgorithm hash = hash_of(algorithm);
  if (asked.kind == RequestKind::statement) {
    return bundle::pae_digest(hash, bundle::in_toto_payload_type, as_bytes(asked.statement));
  }
  if (asked.artifact_digest.algorithm != hash) {
    return invalid_request(
        "DIGEST_ALGORITHM_MISMATCH",
        fmt::format("the key of profile \"{}\" signs {} digests, not {}", asked.profile,
                    name_of(hash), name_of(asked.artifact_digest.algorithm)));
  }
  return asked.artifact_digest;
}

}  // namespace chancery::daemon
