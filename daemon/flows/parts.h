// What the flows work with: interfaces only. Daemon builds it, owns it, and outlives
// every request.
#pragma once

#include <functional>
#include <string_view>

#include "daemon/alarms/alarms.h"
#include "daemon/audit/refusal_recorder.h"
#include "daemon/config/current.h"
#include "daemon/finisher/finisher.h"
#include "daemon/flows/archive/damaged_archive.h"
#include "daemon/flows/in_flight.h"
#include "daemon/flows/keys/standing.h"
#include "daemon/flows/own_verifier.h"
#include "daemon/flows/receipts/due_receipts.h"
#include "daemon/flows/stuck/stuck_requests.h"
#include "daemon/flows/throttle.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/payload_store.h"
#include "daemon/key_ring.h"
#include "daemon/local_log/local_log.h"
#include "daemon/metrics/timings.h"
#include "daemon/pool.h"

namespace chancery::daemon {

class Backlog;

struct Parts {
  CurrentConfig& config;
  Alarms& alarms;
  const KeyRing& keys;
  const Standing& standing;
  Journal& journal;
  RefusalRecorder& refusals;
  PayloadStore& payloads;
  LocalLog& log;
  OwnVerifier& own_verifier;  // trusts our own log and nothing else
  // All three nullptr where the configuration names no service elsewhere.
  Finisher* finisher;
  Backlog* backlog;
  OwnVerifier* elsewhere_verifier;  // trusts those services
  Throttle& throttle;
  InFlight& in_flight;
  DueReceipts& due_receipts;
  StuckRequests& stuck;
  DamagedArchive& damaged_archive;
  Timings& timings;
  Pool& pool;   // parse, decide, verify, assemble
  Pool& spool;  // one thread, for what reads or writes large payloads
  std::function<WallTime()> now;
  // Tests only: called after each step of a request, as signing.cpp names them.
  std::function<void(std::string_view step)> at_step = nullptr;

  void step(std::string_view name) const {
    if (at_step) at_step(name);
  }
};

}  // namespace chancery::daemon
