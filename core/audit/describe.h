// A record as a person reads it. Pure.
#pragma once

#include "core/base/json.h"

namespace chancery::audit {

// 2027-01-15T08:00:00Z  17  refused  method Signer.Sign  uid 1000  pid 4711  message "..."
// Values of more than a word are quoted, so that none can pass for another member.
// Error: invalid_request AUDIT_RECORD_MALFORMED.
Result<std::string> describe(std::string_view record);

}  // namespace chancery::audit
