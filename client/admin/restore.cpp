#include <fmt/format.h>

#include <memory>

#include "client/admin/backup_copy.h"
#include "client/admin/commands.h"
#include "client/files/file.h"
#include "client/terminal/report.h"
#include "client/verification/inputs.h"
#include "core/base/limits/bundles.h"
#include "core/tlog/note.h"

namespace chancery::client {

namespace {

const CommandHelp restore_help{
    "Make a state directory out of a backup, unless that would fork the log.",
    R"(Examples:
  chancery restore backups/2026-11-22 --into /var/lib/chancery --newest-checkpoint seen.txt
  chancery restore backups/2026-11-22 --into /var/lib/chancery --nothing-signed-since-unsafe

A daemon that goes on from an old backup would give entries that others have seen to new
signatures: its log would contradict itself, and verifiers that compare would say so. Therefore the
newest checkpoint that anybody has seen is asked for: the file `checkpoint` of the lost log's
directory, of a mirror of it, or out of the newest bundle. Where the log has grown since the backup
it is refused: then start a new log, with a new origin and a new key. Without any checkpoint you may
only say that nothing was signed since.

The directory must not exist, or be empty. Keys are not in a backup: put them in place afterwards.
Exit status: 0 restored, 1 refused, 2 usage, 3 could not copy. docs/backup.md has the whole of it.
)"};

struct RestoreOptions {
  std::string backup;
  std::string into;
  std::string newest_checkpoint;
  bool nothing_signed_since = false;
};

// Empty where there is none to ask. What is no checkpoint is not the backup's mistake.
Result<std::string> read_newest(const RestoreOptions& options) {
  if (options.nothing_signed_since) return std::string();
  std::string note =
      TRY(read_file(options.newest_checkpoint, "checkpoint", limits::checkpoint_bytes_max));
  TRY(in_file(options.newest_checkpoint, tlog::parse_note(note)));
  return note;
}

Result<tlog::Checkpoint> check(const RestoreOptions& options, const std::string& newest) {
  const BackupCopy backup(options.backup);
  const tlog::Checkpoint held = TRY(backup.check());
  if (!newest.empty()) TRY(backup.check_continues(newest));
  return held;
}

ExitStatus restore(const RestoreOptions& options) {
  if (options.newest_checkpoint.empty() != options.nothing_signed_since)
    return report_usage(Style::people, "restore",
                        "give --newest-checkpoint, or say --nothing-signed-since-unsafe");
  const auto newest = read_newest(options);
  if (!newest.ok()) return report_trouble(Style::people, options.newest_checkpoint, newest.error());
  const auto held = check(options, *newest);
  if (!held.ok()) {
    report_error(Style::people, options.backup, held.error());
    return held.error().code == ErrorCode::unavailable ? ExitStatus::could_not_run
                                                       : ExitStatus::refused;
  }
  const auto copied = BackupCopy(options.backup).copy_to(options.into);
  if (!copied.ok()) return report_error(Style::people, options.into, copied.error());
  print_line(
      fmt::format("Restored {}: log {} of {} entries", options.into, held->origin, held->size));
  print_line("  Put the keys back, then start chanceryd: it checks journal and log once more.");
  return ExitStatus::done;
}

}  // namespace

void add_restore(CommandLine& line) {
  const auto options = std::make_shared<RestoreOptions>();
  line.command("restore", restore_help, [options] { return restore(*options); })
      .text("--into", "DIRECTORY", options->into, "The new state directory", Need::required)
      .text("--newest-checkpoint", "FILE", options->newest_checkpoint,
            "The newest checkpoint that anybody has seen; - is standard input")
      .flag("--nothing-signed-since-unsafe", options->nothing_signed_since,
            "There is no checkpoint to ask, and nothing was signed since the backup")
      .place("BACKUP", options->backup, "As `chancery backup` made it");
}

}  // namespace chancery::client
