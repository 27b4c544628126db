// Finishing what could not be finished before, and saying why it is not.
#pragma once

#include "daemon/flows/parts.h"

namespace chancery::daemon {

// Tries again what is due, and raises or ends the alarm of it. Each limits::stuck_look_interval.
void retry_stuck(const Parts& parts);

// Why it is not finished, as far as that is known: what went wrong here, or a service of its plan
// that does not answer just now. Nothing: it is finished, or on its way. Errors: those of Journal.
Result<std::optional<Error>> trouble_of(const Parts& parts, const StoredRequest& stored);

}  // namespace chancery::daemon
