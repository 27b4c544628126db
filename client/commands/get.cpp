#include <filesystem>
#include <memory>

#include "client/commands/commands.h"
#include "client/commands/signature_output.h"
#include "client/requests/ask.h"

namespace chancery::client {

namespace {

const CommandHelp get_help{
    "Fetch a bundle that was made earlier, by its receipt or by what was signed.",
    R"(Examples:
  chancery get r-4fq2 --output app.tar.sigstore.json
  chancery get sha256:1f0c...            the newest signature over this digest
  chancery get --file app.tar            the same, hashed here

Without --output the bundle goes to standard output. The daemon keeps every bundle for a configured
time; whoever may sign with a profile may read what was signed with it.
)"};

struct GetOptions {
  DaemonOptions daemon;
  std::string what;
  std::string file;
  std::string output = "-";
};

Result<v1::GetSignatureRequest> request_for(const GetOptions& options) {
  v1::GetSignatureRequest request;
  const Artifact artifact = options.file.empty() ? TRY(parse_artifact(options.what))
                                                 : Artifact{ArtifactFile{options.file}};
  if (options.file.empty() && artifact.digest() == nullptr) {
    request.set_receipt(options.what);
    return request;
  }
  const Digest digest = artifact.digest() != nullptr
                            ? *artifact.digest()
                            : TRY(digest_of(artifact, HashAlgorithm::sha256, {}));
  request.set_digest(digest.value.data(), digest.value.size());
  return request;
}

Result<Signature> fetch(const GetOptions& options, const v1::GetSignatureRequest& request) {
  const Patience patience{options.daemon.deadline(), is_full};
  Link link(socket_path(options.daemon));
  return repeat(link, patience, [&](Connection& connection) -> Result<Signature> {
    const auto reply = TRY(ask<v1::SignReply>(connection, services::signer, "GetSignature", request,
                                              patience.deadline));
    return read_signature(connection, reply, patience.deadline);
  });
}

ExitStatus get(const GetOptions& options) {
  const Style style = style_of(options.daemon.json);
  if (options.what.empty() == options.file.empty())
    return report_usage(style, "get", "name a receipt or sha256:HEX, or a file with --file");
  if (options.daemon.json && options.output == "-")
    return report_usage(style, "get", "with --json name a file with --output");
  std::error_code ignored;
  if (std::filesystem::is_regular_file(options.what, ignored))
    return report_usage(style, "get", "'" + options.what + "' is a file: name it with --file");
  const std::string& name = options.file.empty() ? options.what : options.file;
  const auto request = request_for(options);
  if (!request.ok()) return report_trouble(style, name, request.error());
  return deliver(style, {name, "", "", options.output}, fetch(options, *request));
}

}  // namespace

void add_get(CommandLine& line) {
  const auto options = std::make_shared<GetOptions>();
  Arguments arguments = line.command("get", get_help, [options] { return get(*options); });
  arguments.text("-o,--output", "FILE", options->output, "Where to write the bundle")
      .text("--file", "FILE", options->file, "Find by the SHA-256 of this file")
      .flag("--json", options->daemon.json, "Say what was signed as JSON")
      .place("RECEIPT|sha256:HEX", options->what, "Which signature", Need::optional);
  add_daemon_options(arguments, options->daemon);
}

}  // namespace chancery::client
