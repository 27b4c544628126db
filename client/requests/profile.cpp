#include "client/requests/profile.h"

#include <fmt/format.h>

#include "client/requests/ask.h"

namespace chancery::client {

Result<v1::Profile> find_profile(Link& link, const std::string& name, Deadline deadline) {
  const auto reply = TRY(ask_patiently<v1::ListProfilesReply>(
      link, services::signer, "ListProfiles", v1::ListProfilesRequest{}, {deadline}));
  for (const v1::Profile& profile : reply.profiles()) {
    if (profile.name() == name) return profile;
  }
  return not_found("PROFILE_UNKNOWN", fmt::format("there is no profile '{}'", name));
}

Result<HashAlgorithm> hash_of(const v1::Profile& profile) {
  if (profile.algorithm().empty() && !profile.unavailable().empty())
    return unavailable("BACKEND_DOWN", profile.unavailable());
  const auto algorithm = algorithm_named(profile.algorithm());
  if (!algorithm)
    return unsupported("ALGORITHM_UNKNOWN",
                       fmt::format("the profile '{}' signs with {}, which this version does not "
                                   "know",
                                   profile.name(), profile.algorithm()));
  return chancery::hash_of(*algorithm);
}

}  // namespace chancery::client
