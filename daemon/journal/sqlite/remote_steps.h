// What services elsewhere were asked for a request, and what they answered.
#pragma once

#include <vector>

#include "daemon/journal/records.h"
#include "daemon/journal/sqlite/database.h"

namespace chancery::daemon::sqlite {

// Within the writer's transaction. Puts the step in the place of an earlier one of its destination,
// and counts a duplicate that its outcome tells of.
Result<void> record_remote_step(Database& database, RequestId id, const RemoteStep& step);

// The same. False: one of its destination and kind was recorded before.
Result<bool> record_remote_trouble(Database& database, RequestId id, const RemoteTrouble& trouble);

Result<std::vector<RemoteStep>> read_remote_steps(Database& database, RequestId id);

}  // namespace chancery::daemon::sqlite
