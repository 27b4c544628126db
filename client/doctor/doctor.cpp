#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "client/doctor/commands.h"
#include "client/doctor/daemon_checks.h"
#include "client/doctor/host_checks.h"
#include "client/requests/ask.h"
#include "client/terminal/advice.h"
#include "client/terminal/report.h"

namespace chancery::client {

namespace {

const CommandHelp doctor_help{
    "Look at everything that a daemon needs, and say what to do.",
    R"(A line each: socket, daemon, uptime, configuration, keys of each backend, log, requests, logs
elsewhere, alarms, profiles, disk, clock, unit, credentials.
Run as root it sees more. Exit status: 0 all is well or needs only a look, 1 something is ill.
)"};

std::string_view word_for(Health health) {
  switch (health) {
    case Health::well:
      return "well";
    case Health::look:
      return "look";
    case Health::ill:
      return "ILL";
  }
  return "";
}

Findings examine(const DaemonOptions& options) {
  Findings out{check_socket(socket_path(options))};
  Link link(socket_path(options));
  const Patience patience{options.deadline(), is_full};
  const auto reply = ask_patiently<v1::StatusReply>(link, services::admin, "Status",
                                                    v1::StatusRequest{}, patience);
  if (reply.ok()) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const Findings daemon = check_daemon(*reply, CHANCERY_VERSION, now);
    out.insert(out.end(), daemon.begin(), daemon.end());
    const auto profiles = ask_patiently<v1::ListProfilesReply>(
        link, services::signer, "ListProfiles", v1::ListProfilesRequest{}, patience);
    if (profiles.ok()) out.push_back(check_profiles(*reply, *profiles));
    out.push_back(check_disk(reply->state_directory()));
  } else {
    out.push_back({Health::ill, "daemon", reply.error().message,
                   std::string(advice_for(reply.error(), ::geteuid()))});
  }
  out.push_back(check_clock());
  out.push_back(check_unit("/"));
  const Findings credentials = check_credentials("/");
  out.insert(out.end(), credentials.begin(), credentials.end());
  return out;
}

ExitStatus doctor(const DaemonOptions& options) {
  const Findings findings = examine(options);
  for (const Finding& finding : findings) {
    if (options.json) {
      print_json({{"health", finding.health == Health::ill ? "ill" : word_for(finding.health)},
                  {"subject", finding.subject},
                  {"state", finding.state},
                  {"advice", finding.advice}});
      continue;
    }
    print_line(
        fmt::format("{:<4}  {}: {}", word_for(finding.health), finding.subject, finding.state));
    if (!finding.advice.empty()) print_line("      " + finding.advice);
  }
  const bool is_ill = std::ranges::any_of(
      findings, [](const Finding& finding) { return finding.health == Health::ill; });
  return is_ill ? ExitStatus::refused : ExitStatus::done;
}

}  // namespace

void add_doctor(CommandLine& line) {
  const auto options = std::make_shared<DaemonOptions>();
  Arguments arguments = line.command("doctor", doctor_help, [options] { return doctor(*options); });
  arguments.flag("--json", options->json, "One JSON object a line");
  add_daemon_options(arguments, *options);
}

}  // namespace chancery::client
