#include <fmt/format.h>

#include <memory>

#include "chancery/v1/admin.pb.h"
#include "client/admin/commands.h"
#include "client/requests/ask.h"
#include "client/terminal/report.h"
#include "core/base/limits/command.h"

namespace chancery::client {

namespace {

const CommandHelp backup_help{
    "Have the daemon copy its journal, archive and log, while it goes on.",
    R"(Examples:
  chancery backup 2026-11-22
  chancery restore /var/lib/chancery/backups/2026-11-22 \
    --into /var/lib/chancery-restored --newest-checkpoint seen.txt

The copy lies in the daemon's state directory, under backups/. Keys are not in it: keep those
apart. docs/backup.md has the whole of it.
)"};

struct BackupOptions {
  DaemonOptions daemon{.timeout_seconds = limits::client_backup_timeout_seconds_default};
  std::string name;
};

ExitStatus backup(const BackupOptions& options) {
  v1::BackUpRequest request;
  request.set_name(options.name);
  const auto reply = ask_once<v1::BackUpReply>(options.daemon, services::admin, "BackUp", request);
  if (!reply.ok()) return report_error(Style::people, options.name, reply.error());
  print_line(
      fmt::format("Backed up to {}, log of {} entries", reply->directory(), reply->log_size()));
  return ExitStatus::done;
}

}  // namespace

void add_backup(CommandLine& line) {
  const auto options = std::make_shared<BackupOptions>();
  Arguments arguments = line.command("backup", backup_help, [options] { return backup(*options); });
  arguments.place("NAME", options->name, "The directory made under backups/");
  add_daemon_options(arguments, options->daemon);
}

}  // namespace chancery::client
