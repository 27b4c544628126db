#include <fmt/format.h>

#include <memory>

#include "chancery/v1/admin.pb.h"
#include "client/admin/commands.h"
#include "client/requests/ask.h"
#include "client/terminal/report.h"

namespace chancery::client {

namespace {

const CommandHelp reload_help{
    "Have the daemon read its configuration again.",
    "A bad configuration is reported, line by line, and the old one stays in force.\n"};

ExitStatus reload(const DaemonOptions& options) {
  const auto reply =
      ask_once<v1::ReloadReply>(options, services::admin, "Reload", v1::ReloadRequest{});
  if (!reply.ok()) return report_error(Style::people, "", reply.error());
  print_line(fmt::format("Reloaded {}", reply->configuration().empty()
                                            ? "the embedded default, which has no file"
                                            : reply->configuration()));
  return ExitStatus::done;
}

}  // namespace

void add_reload(CommandLine& line) {
  const auto options = std::make_shared<DaemonOptions>();
  Arguments arguments = line.command("reload", reload_help, [options] { return reload(*options); });
  add_daemon_options(arguments, *options);
}

}  // namespace chancery::client
