#include "daemon/journal/sqlite/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <system_error>

#include "daemon/journal/sqlite/database.h"
#include "daemon/journal/sqlite/schema.h"

namespace chancery::daemon::sqlite {
namespace {

Result<void> copy_pages(Database& from, Database& to) {
  sqlite3_backup* const backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (backup == nullptr) return to.fail(sqlite3_errcode(to.handle()), "backup");
  // All in one step is one snapshot: a writer's commits between two steps would start it anew.
  sqlite3_backup_step(backup, -1);
  const int code = sqlite3_backup_finish(backup);
  if (code != SQLITE_OK) return to.fail(code, "backup");
  // The copy says "write-ahead log" in its header; as one file it needs none.
  return to.run("PRAGMA journal_mode=DELETE");
}

Result<void> sync_directory(const std::filesystem::path& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  const int error_number = errno;
  if (fd >= 0) close(fd);
  if (synced) return {};
  return system_error("BACKUP_FAILED", "Sync of " + directory.string(), error_number);
}

}  // namespace

Result<void> copy_database(const std::filesystem::path& from, const std::filesystem::path& to,
                           const std::string& vfs) {
  if (std::filesystem::exists(std::filesystem::symlink_status(to))) {
    return invalid_request("BACKUP_EXISTS", to.string() + " is there already; name another place");
  }
  const std::filesystem::path part = to.string() + ".part";
  std::error_code error;
  std::filesystem::remove(part, error);
  {
    const auto source = TRY(Database::open(from, Access::read_only, vfs));
    TRY(configure_reader(*source));
    const auto target = TRY(Database::open(part, Access::read_write_create, {}));
    TRY(copy_pages(*source, *target));
  }
  std::filesystem::rename(part, to, error);
  if (error) return system_error("BACKUP_FAILED", "Rename to " + to.string(), error.value());
  return sync_directory(to.parent_path());
}

}  // namespace chancery::daemon::sqlite
