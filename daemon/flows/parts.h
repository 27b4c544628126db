// What the flows work with: interfaces only. main.cpp builds it, owns it, and outlives every
// request.
#pragma once

#include <functional>

#include "core/bundle/trusted_root.h"
#include "core/policy/rule.h"
#include "daemon/config/current.h"
#include "daemon/flows/in_flight.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/payload_store.h"
#include "daemon/journal/receipt.h"
#include "daemon/key_ring.h"
#include "daemon/local_log/local_log.h"
#include "daemon/pool.h"

namespace chancery::daemon {

struct Parts {
  CurrentConfig& config;
  const KeyRing& keys;
  Journal& journal;
  const Receipts& receipts;
  PayloadStore& payloads;
  LocalLog& log;
  const bundle::TrustedRoot& own_root;  // trusts our own log and nothing else
  InFlight& in_flight;
  Pool& pool;   // parse, decide, verify, assemble
  Pool& spool;  // one thread, for what reads or writes large payloads
  std::function<WallTime()> now;
};

}  // namespace chancery::daemon
