#include "daemon/services/back_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "core/base/limits/statements.h"

namespace chancery::daemon {
namespace {

namespace fs = std::filesystem;

bool is_backup_name(std::string_view name) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= limits::name_bytes_max && name.front() != '.' &&
         std::ranges::all_of(name, is_allowed);
}

Error failed(const fs::path& path, const std::error_code& error) {
  return unavailable("BACKUP_FAILED", fmt::format("{}: {}", path.string(), error.message()));
}

Result<void> copy_tree(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (!fs::exists(from, error)) return {};
  fs::copy(from, to, fs::copy_options::recursive, error);
  if (error) return failed(from, error);
  return {};
}

}  // namespace

Result<BackUp> back_up_state(const Parts& parts, std::string_view name) {
  if (!is_backup_name(name)) {
    return invalid_request("BACKUP_NAME_INVALID",
                           "a backup's name is letters, digits, '-', '_' and '.', not first");
  }
  const fs::path state = parts.config.get()->state_directory;
  const fs::path target = state / "backups" / name;
  std::error_code error;
  fs::create_directories(target.parent_path(), error);
  if (error) return failed(target.parent_path(), error);
  if (!fs::create_directory(target, error)) {
    if (error) return failed(target, error);
    return invalid_request("BACKUP_EXISTS", fmt::format("{} is there already", target.string()));
  }
  fs::permissions(target, fs::perms::owner_all, error);
  if (error) return failed(target, error);
  BackUp made{target, 0};
  // The journal first, while the files stand still: it then names every entry that they lack, and
  // none of its rows has been dropped for files that the copy does not have.
  const auto copy = [&](const Projection&) -> Result<void> {
    made.log_size = parts.journal.log_size();
    TRY(parts.journal.copy_to(target / "journal.db"));
    return copy_tree(state / "log", target / "log");
  };
  TRY(parts.log.while_still(copy));
  // Payload files are never changed, and those of the copied rows are all there.
  TRY(copy_tree(state / "payloads", target / "payloads"));
  return made;
}

}  // namespace chancery::daemon
