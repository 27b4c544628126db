#include <fmt/format.h>

#include <memory>
#include <thread>
#include <utility>

#include "client/commands/commands.h"
#include "client/commands/signature_output.h"
#include "client/requests/ask.h"
#include "core/base/limits/command.h"

namespace chancery::client {

namespace {

const CommandHelp wait_help{"Wait until a signature is finished, then write its bundle.",
                            R"(Examples:
  chancery wait r-4fq2 --output app.tar.sigstore.json
  chancery wait r-4fq2 --timeout 3600

For a signature whose log had not answered when `chancery sign` gave up waiting, or that left before
its logs had it. The daemon finishes it by itself; this command only waits, also past its deadline.
What keeps it waiting, as far as the daemon knows, is a line on standard error.
Exit status: 0 finished, 1 failed, 3 not finished in time.
)"};

struct WaitOptions {
  DaemonOptions daemon;
  std::string receipt;
  std::string output = "-";
};

// Asks until it is done, has failed, or the deadline has passed.
Result<Signature> await(Link& link, const std::string& receipt, Deadline deadline) {
  v1::GetSignatureRequest request;
  request.set_receipt(receipt);
  std::string trouble;
  for (;;) {
    const auto reply = TRY(
        ask_patiently<v1::SignReply>(link, services::signer, "GetSignature", request, {deadline}));
    // What has left before its logs had it has its bundle already, and is not asked for it here.
    if (reply.state() == v1::STATE_DONE || reply.state() == v1::STATE_FAILED) {
      return read_signature(*TRY(link.connection(deadline)), reply, deadline);
    }
    if (std::exchange(trouble, reply.trouble().reason()) != reply.trouble().reason() &&
        !trouble.empty())
      print_remark(fmt::format("It waits: {}: {}", trouble, reply.trouble().message()));
    if (deadline.remaining() <= limits::client_wait_interval) {
      Signature signature;
      signature.receipt = reply.receipt();
      signature.state = reply.state();
      signature.logs = {reply.logs().begin(), reply.logs().end()};
      signature.trouble_reason = reply.trouble().reason();
      signature.trouble = reply.trouble().message();
      return unfinished(signature);
    }
    std::this_thread::sleep_for(limits::client_wait_interval);
  }
}

ExitStatus wait(const WaitOptions& options) {
  const Style style = style_of(options.daemon.json);
  if (options.daemon.json && options.output == "-")
    return report_usage(style, "wait", "with --json name a file with --output");
  Link link(socket_path(options.daemon));
  const auto signature = await(link, options.receipt, options.daemon.deadline());
  return deliver(style, {options.receipt, "", "", options.output}, signature);
}

}  // namespace

void add_wait(CommandLine& line) {
  const auto options = std::make_shared<WaitOptions>();
  Arguments arguments = line.command("wait", wait_help, [options] { return wait(*options); });
  arguments.text("-o,--output", "FILE", options->output, "Where to write the bundle")
      .flag("--json", options->daemon.json, "Say what was signed as JSON")
      .place("RECEIPT", options->receipt, "As `chancery sign` printed it");
  add_daemon_options(arguments, options->daemon);
}

}  // namespace chancery::client
