// Requests that leave before their logs have them: by when these must, and which are late.
#pragma once

#include "daemon/journal/records.h"
#include "daemon/journal/sqlite/database.h"

namespace chancery::daemon::sqlite {

// Within the writer's transaction, on its thread.
Result<void> insert_deadline(Database& database, RequestId id, std::string_view profile,
                             WallTime record_by);
// Those that have left, and whose deadline has passed, are overdue from now on: the first of them,
// at most limits::overdue_batch_max.
Result<std::vector<RequestId>> mark_overdue(Database& database, WallTime now);

// Readers.
// In order, those after `after` that have left and are not done.
Result<std::vector<RequestId>> find_released(Database& database, RequestId after,
                                             std::size_t count_max);
Result<Released> count_released(Database& database);
Result<bool> has_overdue(Database& database, std::string_view profile);

}  // namespace chancery::daemon::sqlite
