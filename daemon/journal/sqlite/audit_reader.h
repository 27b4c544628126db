// The audit's rows, read on a connection of their own.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/deadline.h"
#include "daemon/journal/audit_reader.h"
#include "daemon/journal/sqlite/database.h"

namespace chancery::daemon::sqlite {

Result<std::unique_ptr<AuditReader>> open_audit_reader(const std::filesystem::path& path,
                                                       const std::string& vfs);

// For whoever has a connection: the last record's number and link, and the newest head's note (""
// where none was signed).
Result<audit::Head> read_audit_end(Database& database);
Result<std::string> read_newest_head(Database& database);
// The size of the newest head whose last record is older than that; 0: none.
Result<std::uint64_t> find_sealed_before(Database& database, WallTime time);

}  // namespace chancery::daemon::sqlite
