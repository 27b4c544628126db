// Rekor v1's signed entry timestamp: a promise to include the entry, and the time it was given.
#pragma once

#include "core/bundle/checks/log_entries.h"

namespace chancery::bundle {

// The entry has a promise; `log` signed it, within the period of its key. Answers with the time,
// nothing where the entry has none. Errors (invalid_request): PROMISE_INVALID, LOG_KEY_NOT_VALID.
Result<std::optional<WallTime>> check_promise(const LogEntry& entry, const TrustedLog& log);

// `time` is outside the period of the log's key.
Error log_not_valid(const LogEntry& entry, const TrustedLog& log, WallTime time);

}  // namespace chancery::bundle
