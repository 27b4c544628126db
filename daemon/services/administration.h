// chancery.v1.Admin: looking at the daemon and steering it.
#pragma once

#include <string>
#include <vector>

#include "daemon/config/reloading.h"
#include "daemon/flows/parts.h"
#include "daemon/server/call.h"
#include "daemon/server/server.h"

namespace chancery::daemon {

// Thread-safe. Owned by Daemon.
class Administration {
 public:
  Administration(const Parts& parts, WallTime started_at, LoadConfig load);

  // `counts` is asked for Status; set before the server starts to answer.
  std::vector<Method> methods(const std::function<ServerCounts()>& counts, Pool& background);

  // Admin.Reload and SIGHUP: reads the configuration again. A bad one is reported and remembered
  // for Status; the old one stays in force.
  // A signal comes by no rule.
  Result<void> reload(const policy::Peer& who, const Grant& grant = {});

 private:
  Result<std::string> status(const ServerCounts& counts);
  Result<std::string> metrics(const std::function<ServerCounts()>& counts);
  Result<void> close_log(Deadline deadline);
  Result<std::string> hand_over_log(const Call& call);
  Result<std::string> back_up(const Call& call);
  // How it ended, into the journal and so into the audit; where that fails the operator is told.
  void record_end(Act act, const Result<void>& outcome);

  const Parts& parts_;
  WallTime started_at_;
  Reloading reloading_;
};

}  // namespace chancery::daemon
