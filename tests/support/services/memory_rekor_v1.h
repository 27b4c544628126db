// What a Rekor v1 says by HTTP.
#pragma once

#include "tests/support/services/scripted_server.h"
#include "tests/support/sigstore/memory_log_v1.h"

namespace chancery::testing {

// An entry as Rekor v1 writes it.
std::string answer_json_v1(const bundle::LogEntry& entry);

}  // namespace chancery::testing
