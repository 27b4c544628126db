// Every method of the socket, in one table.
#pragma once

#include <vector>

#include "daemon/flows/keys/key_life.h"
#include "daemon/flows/parts.h"
#include "daemon/server/call.h"
#include "daemon/services/administration.h"
#include "daemon/services/audit.h"
#include "daemon/services/byte_budget.h"
#include "daemon/services/policy/policy.h"

namespace chancery::daemon {

struct MethodParts {
  const Parts& parts;
  KeyLife& key_life;
  Administration& administration;
  ByteBudget& statements;
  Pool& background;  // for what takes long: hand-over, backups, acts on devices
  Pool& inquiries;   // for what only reads: rules explained and tried out
  Pool& orders;      // for acts that wait for the journal alone
  WallTime log_start;
  LoadConfig load;
  AuditParts audit;
  std::function<ServerCounts()> counts;
};
std::vector<Method> all_methods(const MethodParts& with);

}  // namespace chancery::daemon
