// What the daemon says of itself, judged. Pure; any thread.
#pragma once

#include <chrono>

#include "chancery/v1/admin.pb.h"
#include "chancery/v1/signer.pb.h"
#include "client/doctor/finding.h"

namespace chancery::client {

Findings check_daemon(const v1::StatusReply& status, std::string_view own_version,
                      std::chrono::sys_seconds now);

// Whether each profile has a key that signs.
Finding check_profiles(const v1::StatusReply& status, const v1::ListProfilesReply& profiles);

}  // namespace chancery::client
