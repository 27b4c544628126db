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

// A bundle, or its payload, is not what was archived.
void raise_archive_alarm(const Parts& parts, const Error& damage);

// What the payload store gave, of an archived statement: PAYLOAD_*, which only a backup mends, is
// that alarm.
template <typename T>
Result<T> watch_payload(const Parts& parts, Result<T> outcome) {
  if (!outcome.ok() && outcome.error().reason.starts_with("PAYLOAD_")) {
    raise_archive_alarm(parts, outcome.error());
  }
  return outcome;
}

}  // namespace chancery::daemon
