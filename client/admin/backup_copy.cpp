#include "client/admin/backup_copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "core/base/limits/bundles.h"
#include "core/tlog/log_files.h"
#include "wire/descriptor.h"

namespace chancery::client {

namespace {

namespace fs = std::filesystem;

constexpr const char* journal_name = "journal.db";
constexpr const char* log_name = "log";
constexpr const char* draft_name = ".restoring";  // in the target, until all of it is there

Result<tlog::Checkpoint> read_checkpoint(std::string_view envelope) {
  const tlog::Note note = TRY(tlog::parse_note(envelope));
  return tlog::parse_checkpoint(note.text);
}

Error failed(const fs::path& path, const std::string& why) {
  return unavailable("RESTORE_FAILED", fmt::format("{}: {}", path.string(), why));
}

Result<void> make_empty(const fs::path& target) {
  std::error_code error;
  fs::create_directory(target, error);
  if (error) return failed(target, error.message());
  fs::remove_all(target / draft_name, error);  // of a command that was ended meanwhile
  if (error) return failed(target, error.message());
  const bool is_empty = fs::is_empty(target, error);
  if (error) return failed(target, error.message());
  if (!is_empty)
    return invalid_request(
        "RESTORE_TARGET_NOT_EMPTY",
        fmt::format("{}: is not empty; restoring never overwrites a state", target.string()));
  fs::permissions(target, fs::perms::owner_all, error);
  return error ? Result<void>(failed(target, error.message())) : Result<void>();
}

// A restored journal that a power cut takes back would be an older one.
Result<void> sync_everything_on(const fs::path& path) {
  const wire::Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open() || ::syncfs(directory.number()) != 0)
    return failed(path, std::error_code(errno, std::generic_category()).message());
  return {};
}

Result<void> move_in(const fs::path& draft, const std::string& name, const fs::path& target) {
  std::error_code error;
  fs::rename(draft / name, target / name, error);
  return error ? Result<void>(failed(target / name, error.message())) : Result<void>();
}

// The journal last: without it no daemon takes the rest for its state.
Result<void> move_all_in(const fs::path& draft, const fs::path& target) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(draft, error))
    names.push_back(entry.path().filename().string());
  if (error) return failed(draft, error.message());
  std::ranges::sort(names, {}, [](const std::string& name) { return name == journal_name; });
  for (const std::string& name : names) TRY(move_in(draft, name, target));
  return {};
}

Result<void> copy_through(const fs::path& from, const fs::path& draft, const fs::path& target) {
  std::error_code error;
  fs::copy(from, draft, fs::copy_options::recursive, error);
  if (error) return failed(target, error.message());
  TRY(sync_everything_on(draft));
  return move_all_in(draft, target);
}

}  // namespace

BackupCopy::BackupCopy(fs::path directory)
    : directory_(std::move(directory)), log_(directory_ / log_name) {}

Result<tlog::Checkpoint> BackupCopy::check() const {
  std::error_code error;
  if (!fs::is_regular_file(directory_ / journal_name, error))
    return corrupt("BACKUP_INCOMPLETE",
                   fmt::format("there is no {}: is this a backup?", journal_name));
  const auto envelope = log_.read("checkpoint", limits::checkpoint_bytes_max);
  if (!envelope.ok()) return corrupt("BACKUP_INCOMPLETE", envelope.error().message);
  return read_checkpoint(as_text(*envelope));
}

Result<void> BackupCopy::check_continues(std::string_view newest_note) const {
  const tlog::Checkpoint held = TRY(check());
  const tlog::Checkpoint newest = TRY(read_checkpoint(newest_note));
  if (held.origin != newest.origin)
    return invalid_request("BACKUP_OF_ANOTHER_LOG",
                           fmt::format("the backup is of log '{}', the checkpoint of '{}'",
                                       held.origin, newest.origin));
  if (newest.size > held.size)
    return invalid_request(
        "BACKUP_WOULD_FORK_LOG",
        fmt::format("the log has {} entries, the backup {}: going on from it would fork the log",
                    newest.size, held.size));
  const tlog::Hash root = TRY(tlog::root_at(newest.size, tlog::TileNodes(log_, held.size)));
  if (root == newest.root) return {};
  return corrupt("BACKUP_CONTRADICTS_CHECKPOINT",
                 fmt::format("at {} entries the backup's log has another root than the checkpoint",
                             newest.size));
}

Result<void> BackupCopy::copy_to(const fs::path& target) const {
  TRY(make_empty(target));
  const Result<void> copied = copy_through(directory_, target / draft_name, target);
  std::error_code ignored;
  fs::remove_all(target / draft_name, ignored);
  TRY(copied);
  return sync_everything_on(target);
}

}  // namespace chancery::client
