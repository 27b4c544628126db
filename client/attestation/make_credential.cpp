#include <fmt/format.h>

#include <memory>

#include "client/attestation/commands.h"
#include "client/attestation/inputs.h"
#include "client/attestation/verifier_secret.h"
#include "client/files/file.h"
#include "client/terminal/report.h"
#include "client/verification/attestation_file.h"
#include "core/base/encoding.h"
#include "core/base/limits/key_hosts.h"
#include "core/crypto/tpm/binding.h"
#include "core/crypto/tpm/credential.h"

namespace chancery::client {

namespace {

const CommandHelp make_credential_help{
    "Hide a secret for the TPM that an attestation says it is from, without a daemon.",
    R"(Examples:
  chancery keys make-credential release.attestation.json --anchors tpm-makers.pem \
    --secret secret --output release.credential

The file is for the machine: `chancery keys activate` there prints what is in it, if its TPM has
both the attestation key and the endorsement key (RSA-2048 or P-256) of a certificate that leads to
one of the --anchors. `chancery keys verify-attestation --secret --answer` then judges. The secret
is made where there is none, stays with you, and serves for any number of machines.

Exit status: 0 made, 1 refused, 2 wrong usage, 3 could not run (a file cannot be read).
)"};

struct Options {
  std::string file;
  std::string anchors;
  std::string secret;
  std::string output;
};

struct CredentialInputs {
  std::string file;
  std::vector<Certificate> anchors;
  Bytes secret;
};

Result<CredentialInputs> load(const Options& options) {
  CredentialInputs out;
  out.file = TRY(read_file(options.file, "attestation", limits::attestation_file_bytes_max));
  out.anchors = TRY(load_anchors(options.anchors));
  out.secret = TRY(keep_verifier_secret(options.secret));
  return out;
}

struct Made {
  tpm2::BindingClaim claim;
  Bytes credential;
};

Result<Made> make(const CredentialInputs& inputs) {
  const KeyAttestation attestation = TRY(read_attestation(inputs.file));
  tpm2::BindingClaim claim = TRY(tpm2::read_claim(attestation, inputs.anchors));
  Bytes credential =
      TRY(tpm2::challenge_claim(claim, inputs.secret, random_bytes(tpm2::credential_seed_bytes)));
  return Made{std::move(claim), std::move(credential)};
}

ExitStatus run(const Options& options) {
  const auto inputs = load(options);
  if (!inputs.ok()) return report_trouble(Style::people, "", inputs.error());
  const auto made = make(*inputs);
  if (!made.ok()) return report_error(Style::people, options.file, made.error());
  const auto written = replace_file(options.output, as_text(made->credential));
  if (!written.ok()) return report_trouble(Style::people, options.output, written.error());
  print_remark(fmt::format("Attestation key: {}", hex_encode(made->claim.attestation_key_name)));
  print_remark(fmt::format("Endorsement certificate: {}", made->claim.endorsement.subject()));
  return ExitStatus::done;
}

}  // namespace

void add_make_credential(CommandLine& line) {
  const auto options = std::make_shared<Options>();
  Arguments arguments = line.command("keys make-credential", make_credential_help,
                                     [options] { return run(*options); });
  arguments.place("FILE", options->file, "What `chancery keys attest` wrote; - is standard input");
  arguments.text("--anchors", "FILE", options->anchors,
                 "Authorities of TPM makers, PEM: one must vouch for the TPM", Need::required);
  arguments.text("--secret", "FILE", options->secret, "Yours; made where there is none",
                 Need::required);
  arguments.text("-o,--output", "FILE", options->output, "Where to write what the TPM has to read",
                 Need::required);
}

}  // namespace chancery::client
