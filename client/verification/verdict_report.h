// A verdict in words, and as JSON.
#pragma once

#include <string>
#include <vector>

#include "client/verification/cases.h"
#include "core/base/json.h"
#include "core/bundle/verdict.h"

namespace chancery::client {

// docs/verification.md: "artifact", "bundle", "verified", "checks"; where verified also "signer",
// "times", "logs" and "statement", where refused "failed_check" and "error".
Json json_of(const Case& about, const bundle::Verdict& verdict);

// What a person wants to see of a bundle that was verified.
std::vector<std::string> describe(const Case& about, const bundle::Verdict& verdict);
// Why it was refused: the reason and the value, then what had held until there.
std::vector<std::string> describe_refusal(const Case& about, const bundle::Verdict& verdict);

}  // namespace chancery::client
