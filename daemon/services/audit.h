// chancery.v1.Audit: the audit, read.
#pragma once

#include <functional>
#include <vector>

#include "daemon/journal/journal.h"
#include "daemon/server/call.h"

namespace chancery::daemon {

struct AuditParts {
  Journal& journal;
  std::string origin;                                  // of its heads
  std::function<void(Journal::Done<void> done)> seal;  // has a head signed; waits for nobody
};

std::vector<Method> audit_methods(const AuditParts& parts);

}  // namespace chancery::daemon
