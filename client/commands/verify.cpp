#include <memory>

#include "client/commands/commands.h"
#include "client/files/artifact.h"
#include "client/terminal/progress.h"
#include "client/terminal/report.h"
#include "client/verification/inputs.h"
#include "client/verification/verdict_report.h"

namespace chancery::client {

namespace {

const CommandHelp help{"Verify a file against its bundle, without a daemon and without a network.",
                       R"(Examples:
  chancery verify --bundle app.tar.sigstore.json --key release.pem app.tar
  chancery verify --bundle b.json --key release.pem --trusted-root trusted_root.json sha256:1f0c...
  curl -s https://example.com/app.tar | chancery verify --bundle b.json --key release.pem -

The key is the signer's public key (`chancery keys public-key NAME`); the trusted root says which
logs you believe (`chancery trust export`). Without --trusted-root it is looked for at
$XDG_CONFIG_HOME/chancery/trusted_root.json, then at /etc/chancery/trusted_root.json.

Exit status: 0 verified, 1 refused, 2 wrong usage, 3 could not run (a file cannot be read).
)"};

struct Options {
  VerifyOptions inputs;
  std::string artifact;
  bool json = false;
};

ExitStatus report_verdict(const Options& options, const bundle::Verdict& verdict) {
  if (options.json) {
    print_json(json_of(options.artifact, verdict));
  } else if (verdict.verified()) {
    for (const std::string& line : describe(options.artifact, verdict)) print_line(line);
  } else {
    for (const std::string& line : describe_refusal(options.artifact, verdict)) print_remark(line);
  }
  return verdict.verified() ? ExitStatus::done : ExitStatus::refused;
}

// What the bundle needs to know of the artefact.
Result<bundle::Artifact> know(const Artifact& artifact, const std::vector<HashAlgorithm>& hashes) {
  if (artifact.digest() != nullptr) return bundle::Artifact(*artifact.digest());
  Progress progress(true);
  return bundle::Artifact(
      TRY(hash_file(*artifact.file(), hashes, [&progress](const ReadProgress& read) {
        progress.show_bytes(read.name, read.bytes_read, read.bytes_all);
      })));
}

ExitStatus verify(const Options& options) {
  const Style style = style_of(options.json);
  if (options.inputs.bundle == "-" && options.artifact == "-")
    return report_usage("verify", "standard input is either the bundle or the artefact");
  const auto artifact = parse_artifact(options.artifact);
  if (!artifact) return report_usage("verify", artifact.error().message);
  const auto inputs = load_inputs(options.inputs, process_environment());
  if (!inputs) return report_trouble(style, "", inputs.error());

  const auto parsed = bundle::parse_bundle(inputs->bundle);
  if (!parsed) {
    bundle::Verdict verdict;
    verdict.refusal = parsed.error();
    return report_verdict(options, verdict);
  }
  const auto known = know(*artifact, bundle::hashes_wanted(*parsed, inputs->policy));
  if (!known) return report_trouble(style, "", known.error());
  return report_verdict(options, bundle::verify(*parsed, *known, inputs->root, inputs->policy));
}

}  // namespace

void add_verify(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  line.command("verify", help, [options] { return verify(*options); })
      .text("-b,--bundle", "FILE", options->inputs.bundle, "The bundle; - is standard input",
            Need::required)
      .text("-k,--key", "FILE", options->inputs.key, "The signer's public key, PEM", Need::required)
      .text("--trusted-root", "FILE", options->inputs.trusted_root, "Which logs are believed")
      .flag("--json", options->json, "Print every check as JSON")
      .place("ARTIFACT", options->artifact, "FILE, sha256:HEX, or - for standard input");
}

}  // namespace chancery::client
