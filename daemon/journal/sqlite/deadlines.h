// Requests that leave before their logs have them: by when these must, and which are late.
#pragma once

#include "daemon/journal/records.h"
#include "daemon/journal/sqlite/database.h"

namespace chancery::daemon::sqlite {

// Within the writer's transaction, on its thread.
Result<void> insert_deadline(Database& database, RequestId id, std::string_view profile,
                             WallTime record_by);
// It leaves now, and these destinations (RemoteStep) have yet to record it.
Result<void> insert_awaited(Database& database, RequestId id,
                            const std::vector<std::string>& destinations);
// This one has recorded it. True: it was the last of those that were awaited.
Result<bool> settle_awaited(Database& database, RequestId id, std::string_view destination);
// Those that have left, and whose deadline has passed, are overdue from now on: the first of them,
// at most limits::overdue_batch_max.
Result<std::vector<RequestId>> mark_overdue(Database& database, WallTime now);

// Readers.
// In order, those after `after` that have left: those that this destination has yet to record, and
// those that all have recorded and that are not done.
Result<std::vector<RequestId>> find_awaited(Database& database, std::string_view destination,
                                            RequestId after, std::size_t count_max);
Result<std::vector<RequestId>> find_recorded(Database& database, RequestId after,
                                             std::size_t count_max);
Result<Released> count_released(Database& database);
Result<bool> has_overdue(Database& database, std::string_view profile);

}  // namespace chancery::daemon::sqlite
