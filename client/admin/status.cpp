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

struct StatusOptions {
  DaemonOptions daemon;
  bool metrics = false;
};

ExitStatus print_metrics(const DaemonOptions& options) {
  const auto reply =
      ask_once<v1::MetricsReply>(options, services::admin, "Metrics", v1::MetricsRequest{});
  if (!reply.ok()) return report_error(Style::people, "", reply.error());
  print_text(reply->text());
  return ExitStatus::done;
}

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
  const auto options = std::make_shared<StatusOptions>();
  Arguments arguments = line.command("status", help, [options] {
    return options->metrics ? print_metrics(options->daemon) : status(options->daemon);
  });
  arguments.flag("--json", options->daemon.json, "Everything, as one JSON object")
      .flag("--metrics", options->metrics, "Numbers for a monitor, as Prometheus reads them");
  add_daemon_options(arguments, options->daemon);
}

}  // namespace chancery::client
