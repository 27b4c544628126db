// What a stop left in the journal is put in order before anybody uses it.
#pragma once

#include "daemon/journal/sqlite/writer.h"

namespace chancery::daemon {

// Within a transaction: what was only accepted has failed, and the audit says that the daemon is
// here again. Returns the journal's own name.
Result<std::string> recover(sqlite::Database& database, sqlite::Tables& tables,
                            std::string_view policy, WallTime now);

}  // namespace chancery::daemon
