// A signature that leaves before its logs elsewhere have it: timestamped, and judged without them.
#pragma once

#include "daemon/flows/parts.h"

namespace chancery::daemon {

// It has a deadline (Acceptance::record_by) and has left; its logs have it or do not.
bool was_released(const StoredRequest& stored);

// Its bundle as the archive keeps it; empty where there is none yet. Where it was released the
// journal has the parts: they are put together again, and judged again. Errors: internal
// OWN_BUNDLE_REFUSED; unavailable REMOTE_SERVICE_MISSING; corrupt JOURNAL_DAMAGED,
// ARCHIVED_BUNDLE_DAMAGED (an alarm).
Result<std::string> bundle_of(const Parts& parts, const StoredRequest& stored);

}  // namespace chancery::daemon
