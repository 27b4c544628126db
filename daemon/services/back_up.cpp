#include "daemon/services/back_up.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/limits/statements.h"
#include "wire/descriptor.h"

namespace chancery::daemon {
namespace {

namespace fs = std::filesystem;

bool is_backup_name(std::string_view name) {
  const auto is_allowed = [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
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

// What a power cut takes back was no backup.
Result<void> sync_everything_on(const fs::path& path) {
  const wire::Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.is_open() && ::syncfs(directory.number()) == 0) return {};
  return failed(path, std::error_code(errno, std::generic_category()));
}

// Made under a name that no backup has; whole, it gets its own.
class Draft {
 public:
  static Result<Draft> make(const fs::path& target) {
    fs::path path = target.parent_path() / ("." + target.filename().string());
    std::error_code error;
    fs::remove_all(path, error);  // of a daemon that was ended meanwhile
    if (!fs::create_directories(path, error)) return failed(path, error);
    fs::permissions(path, fs::perms::owner_all, error);
    if (error) return failed(path, error);
    return Draft(std::move(path));
  }
  ~Draft() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Draft(Draft&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Draft& operator=(Draft&&) = delete;

  const fs::path& path() const { return path_; }

  Result<void> become(const fs::path& target) {
    TRY(sync_everything_on(path_));
    std::error_code error;
    fs::rename(path_, target, error);
    if (error) return failed(target, error);
    path_.clear();
    return sync_everything_on(target);
  }

 private:
  explicit Draft(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

}  // namespace

Result<BackUp> back_up_state(const Parts& parts, std::string_view name) {
  if (!is_backup_name(name)) {
    return invalid_request(
        "BACKUP_NAME_INVALID",
        "a backup's name is letters, digits, '-', '_' and '.', and begins with no '.'");
  }
  const fs::path state = parts.config.get()->state_directory;
  const fs::path target = state / "backups" / name;
  std::error_code error;
  if (fs::exists(target, error)) {
    return invalid_request("BACKUP_EXISTS", fmt::format("{} is there already", target.string()));
  }
  Draft draft = TRY(Draft::make(target));
  BackUp made{target, 0};
  // The journal first, while the files stand still, as far as they have come: it then names every
  // entry that they lack, and none of its rows has been dropped for files that the copy has not.
  // Their checkpoint is what `restore` compares with the newest that anybody has seen.
  const auto copy = [&](const Projection&) -> Result<void> {
    made.log_size = parts.journal.log_size();
    TRY(parts.journal.copy_to(draft.path() / "journal.db"));
    return copy_tree(state / "log", draft.path() / "log");
  };
  TRY(parts.log.while_still(copy));
  // Payload files are never changed, and those of the copied rows are all there.
  TRY(copy_tree(state / "payloads", draft.path() / "payloads"));
  TRY(draft.become(target));
  return made;
}

}  // namespace chancery::daemon
