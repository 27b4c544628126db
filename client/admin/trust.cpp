#include <memory>

#include "chancery/v1/log.pb.h"
#include "client/admin/commands.h"
#include "client/requests/ask.h"
#include "client/terminal/report.h"

namespace chancery::client {

namespace {

const CommandHelp export_help{"Print the trusted root of the local log, for verifiers.",
                              R"(Examples:
  chancery trust export > trusted_root.json
  chancery verify --trusted-root trusted_root.json --key release.pem --bundle b.json app.tar
  cosign verify-blob --trusted-root trusted_root.json --key release.pem --bundle b.json app.tar

Give this file and the public key (`chancery keys public-key`) to whoever verifies; neither is
secret, but both must reach them by a way that they trust.
)"};

ExitStatus export_root(const DaemonOptions& options) {
  const auto reply = ask_once<v1::GetTrustedRootReply>(options, services::log, "GetTrustedRoot",
                                                       v1::GetTrustedRootRequest{});
  if (!reply.ok()) return report_error(Style::people, "", reply.error());
  print_text(reply->trusted_root());
  return ExitStatus::done;
}

}  // namespace

void add_trust(CommandLine& line) {
  line.group("trust", "What verifiers must be given.");
  const auto options = std::make_shared<DaemonOptions>();
  Arguments arguments =
      line.command("trust export", export_help, [options] { return export_root(*options); });
  add_daemon_options(arguments, *options);
}

}  // namespace chancery::client
