#include "client/admin/status_report.h"

#include <memory>

#include "client/admin/commands.h"
#include "client/requests/ask.h"
#include "client/terminal/report.h"

namespace chancery::client {

namespace {

const CommandHelp help{
    "Say how the daemon is: its keys, its log, and what it has not finished.",
    "Exit status: 0 all is well, 1 something needs the operator, 3 no daemon answers.\n"};

ExitStatus status(const DaemonOptions& options) {
  const auto reply =
      ask_once<v1::StatusReply>(options, services::admin, "Status", v1::StatusRequest{});
  if (!reply.ok()) return report_error(style_of(options.json), "", reply.error());
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (options.json)
    print_json(json_of(*reply));
  else
    for (const std::string& line : describe(*reply, now)) print_line(line);
  return troubles_of(*reply).empty() ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace

void add_status(CommandLine& line) {
  const auto options = std::make_shared<DaemonOptions>();
  Arguments arguments = line.command("status", help, [options] { return status(*options); });
  arguments.flag("--json", options->json, "Everything, as one JSON object");
  add_daemon_options(arguments, *options);
}

}  // namespace chancery::client
