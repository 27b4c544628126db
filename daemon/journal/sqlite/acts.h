// What administrators did, and what of it holds.
#pragma once

#include "daemon/journal/records.h"
#include "daemon/journal/sqlite/database.h"

namespace chancery::daemon::sqlite {

// Within the writer's transaction, on its thread. An act's id follows from the newest one: acts are
// never forgotten.
Result<void> record_act(Database& database, const Act& act);

Result<Standings> read_standings(Database& database);

}  // namespace chancery::daemon::sqlite
