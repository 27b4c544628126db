#include "client/requests/profile.h"

#include <fmt/format.h>

#include "chancery/v1/signer.pb.h"
#include "client/requests/ask.h"

namespace chancery::client {

namespace {

Result<v1::Profile> find_in(const v1::ListProfilesReply& reply, const std::string& name) {
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

}  // namespace

Result<HashAlgorithm> find_hash(Link& link, const std::string& name, Deadline deadline) {
  return repeat(link, {deadline}, [&](Connection& connection) -> Result<HashAlgorithm> {
    const auto reply = TRY(ask<v1::ListProfilesReply>(connection, services::signer, "ListProfiles",
                                                      v1::ListProfilesRequest{}, deadline));
    const auto profile = TRY(find_in(reply, name));
    return hash_of(profile);
  });
}

}  // namespace chancery::client
