// Entries of Rekor v2: hashedrekord 0.0.2. No time. The dsse 0.0.2 of its first releases is not
// read: no later log takes it, and other verifiers refuse it.
#pragma once

#include "core/bundle/checks/log_entries.h"

namespace chancery::bundle {

bool is_entry_v2(const LogEntry& entry);

// The body is exactly what this signing gives. Answers with the scheme that it records.
// Errors (invalid_request): LOG_ENTRY_KIND_MISMATCH, LOG_ENTRY_MALFORMED,
// LOG_ENTRY_DIGEST_MISMATCH, LOG_ENTRY_SIGNATURE_MISMATCH, LOG_ENTRY_KEY_MISMATCH,
// LOG_ENTRY_ALGORITHM_MISMATCH.
Result<std::vector<Scheme>> check_body_v2(const LogEntry& entry, Signing signing);

}  // namespace chancery::bundle
