// A verdict in words, and as JSON.
#pragma once

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/bundle/verify.h"

namespace chancery::client {

// {"artifact", "verified", "checks": [{"name","detail"}], "log": {...}, "statement": {...}} and,
// where refused, "error" with reason and message.
Json json_of(const std::string& artifact, const bundle::Verdict& verdict);

// What a person wants to see of a bundle that was verified.
std::vector<std::string> describe(const std::string& artifact, const bundle::Verdict& verdict);
// Why it was refused: the reason and the value, then what had held until there.
std::vector<std::string> describe_refusal(const std::string& artifact,
                                          const bundle::Verdict& verdict);

}  // namespace chancery::client
