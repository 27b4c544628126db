// What the archive gives is watched: damage is an alarm until it is mended.
#pragma once

#include "daemon/flows/parts.h"

namespace chancery::daemon {

// What the payload store gave, of an archived statement: PAYLOAD_* is the alarm.
template <typename T>
Result<T> watch_payload(const Parts& parts, RequestId id, Result<T> outcome) {
  if (!outcome.ok() && outcome.error().reason.starts_with("PAYLOAD_")) {
    parts.damaged_archive.add(id, outcome.error());
  }
  return outcome;
}

// Looks at what was damaged again, its payload too. Each limits::damage_look_interval.
void look_at_archive(const Parts& parts);

}  // namespace chancery::daemon
