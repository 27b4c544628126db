// What the watchdog sees of the daemon's workers.
#pragma once

#include "daemon/finisher/finisher.h"
#include "daemon/journal/journal.h"
#include "daemon/key_ring.h"
#include "daemon/local_log/local_log.h"
#include "daemon/watchdog.h"

namespace chancery::daemon {

// Whose threads the watchdog looks at; they outlive it.
struct Workers {
  Journal& journal;
  const KeyRing& keys;
  LocalLog& log;
  Finisher* finisher;  // null where the configuration names no service elsewhere
};

void watch_progress(Watchdog& watchdog, const Workers& workers);

}  // namespace chancery::daemon
