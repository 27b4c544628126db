// The journal's tables, their version, and the steps from each older version to this one.
#pragma once

#include <span>

#include "daemon/journal/sqlite/database.h"

namespace chancery::daemon::sqlite {

inline constexpr std::int64_t application_id = 0x43484E43;  // "CHNC": file(1) can name it

// What brings an older file up to date: the SQL at [v] makes version v + 1 out of version v. Never
// changed once released, only added to.
std::span<const char* const> migrations();

// How the writing connection is set up. Before anything else is done with it.
Result<void> configure_writer(Database& database);
Result<void> configure_reader(Database& database);

// Makes the tables in an empty file, or brings an older one up to date; each step is one
// transaction. Errors: corrupt JOURNAL_DAMAGED (another program's file, a failed check),
// unsupported JOURNAL_TOO_NEW.
Result<void> migrate(Database& database, std::span<const char* const> steps = migrations());

// What can be checked in the time a start may take: SQLite's quick_check for files up to
// limits::journal_check_bytes_max, and for all sizes that the log's order has no gap and that no
// recent signature refers beyond it. Error: corrupt JOURNAL_DAMAGED.
Result<void> check(Database& database);

}  // namespace chancery::daemon::sqlite
