// The daemon's status in words, and as JSON.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "chancery/v1/admin.pb.h"
#include "chancery/v1/signer.pb.h"
#include "core/base/json.h"

namespace chancery::client {

// What needs the operator, one line each; empty: all is well.
std::vector<std::string> troubles_of(const v1::StatusReply& status);

// Profiles that sign nothing though their backend is up: it, or its newest key, was stopped or
// lost.
std::vector<std::string> profile_troubles(const v1::StatusReply& status,
                                          const v1::ListProfilesReply& profiles);

// In one line why the last reload failed: its first mistake, and how many more there are.
std::string reload_failure(const v1::StatusReply& status);

std::vector<std::string> describe(const v1::StatusReply& status, std::chrono::sys_seconds now);
Json json_of(const v1::StatusReply& status);

// What has left, by the log that has yet to record it: "public 3, private 1"; empty: nothing.
std::string awaited_text(const v1::StatusReply& status);

// "3 days", "2 h 5 min", "12 s": the two largest units at most.
std::string duration_text(std::chrono::seconds duration);

}  // namespace chancery::client
