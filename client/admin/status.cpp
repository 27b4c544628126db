#include "client/admin/status_report.h"

#include <memory>

#include "client/admin/commands.h"
#include "client/requests/ask.h"
#include "client/terminal/report.h"

namespace chancery::client {

namespace {

const CommandHelp status_help{
    "Say how the daemon is: its keys, its log, and what it has not finished.",
    "Exit status: 0 all is well, 1 an alarm stands or something else needs the operator, 3 no\n"
    "daemon answers.\n"};

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

struct State {
  v1::StatusReply daemon;
  std::vector<std::string> of_profiles;  // their troubles
};

Result<State> ask_for_state(const DaemonOptions& options) {
  Link link(socket_path(options));
  const Deadline deadline = options.deadline();
  State state;
  state.daemon = TRY(ask_patiently<v1::StatusReply>(link, services::admin, "Status",
                                                    v1::StatusRequest{}, {deadline}));
  const auto profiles = TRY(ask_patiently<v1::ListProfilesReply>(
      link, services::signer, "ListProfiles", v1::ListProfilesRequest{}, {deadline}));
  state.of_profiles = profile_troubles(state.daemon, profiles);
  return state;
}

void print(Style style, const State& state) {
  if (style == Style::json) {
    Json json = json_of(state.daemon);
    for (const std::string& trouble : state.of_profiles) json["troubles"].push_back(trouble);
    return print_json(json);
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  for (const std::string& line : describe(state.daemon, now)) print_line(line);
  for (const std::string& trouble : state.of_profiles) print_line("TROUBLE: " + trouble);
}

ExitStatus status(const DaemonOptions& options) {
  const Style style = style_of(options.json);
  const auto state = ask_for_state(options);
  if (!state.ok()) return report_error(style, "", state.error());
  print(style, *state);
  const bool is_well = troubles_of(state->daemon).empty() && state->of_profiles.empty();
  return is_well ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace

void add_status(CommandLine& line) {
  const auto options = std::make_shared<StatusOptions>();
  Arguments arguments = line.command("status", status_help, [options] {
    return options->metrics ? print_metrics(options->daemon) : status(options->daemon);
  });
  arguments.flag("--json", options->daemon.json, "Everything, as one JSON object")
      .flag("--metrics", options->metrics, "Numbers for a monitor, as Prometheus reads them");
  add_daemon_options(arguments, options->daemon);
}

}  // namespace chancery::client
