// Forgets what is old: finished requests with all their rows, and refusals.
#pragma once

#include <vector>

#include "daemon/journal/records.h"
#include "daemon/journal/sqlite/database.h"

namespace chancery::daemon::sqlite {

// What a look at the next stretch of requests found.
struct OldRequests {
  std::vector<RequestId> ids;  // may be forgotten
  RequestId looked_up_to = 0;
  bool is_end = false;  // nothing further is old
};

// On a reader's connection. Ids rise with time, so the first stretch without an old request ends
// the search; a stretch, not a row, because the clock may have jumped.
Result<OldRequests> find_old_requests(Database& database, RequestId after, WallTime before);

// On the writer's connection, within its transaction. Returns the payload files they named.
Result<std::vector<Sha256>> forget_requests(Database& database, const std::vector<RequestId>& ids);
Result<void> forget_refusals(Database& database, WallTime before);

Result<bool> names_payload_file(Database& database, const Sha256& name);

}  // namespace chancery::daemon::sqlite
