#include <fmt/format.h>

#include <memory>

#include "client/attestation/commands.h"
#include "client/attestation/inputs.h"
#include "client/attestation/verifier_secret.h"
#include "client/files/file.h"
#include "client/terminal/report.h"
#include "client/verification/attestation_file.h"
#include "client/verification/inputs.h"
#include "core/base/encoding.h"
#include "core/base/limits/key_hosts.h"
#include "core/crypto/tpm/binding.h"
#include "core/crypto/tpm/verify_certify.h"

namespace chancery::client {

namespace {

const CommandHelp verify_help{
    "Verify that a key was born in a TPM, without a daemon and without a network.",
    R"(Examples:
  chancery keys verify-attestation release.attestation.json --key release.pem \
    --challenge 5f0c... --attestation-key 000b7d12...
  chancery keys verify-attestation release.attestation.json --key release.pem \
    --challenge 5f0c... --anchors tpm-makers.pem --secret secret --answer 91ab...

Proven is: the TPM that holds the attestation key says, in answer to the challenge, that the key was
made in it and cannot leave it. That a TPM holds it you know in one of two ways. By its name, learnt
where you can see the machine: `chancery keys attest` prints it there, and it stays the same until
the TPM is cleared. Or by an exchange, when you cannot: `chancery keys make-credential` here,
`chancery keys activate` there, and its answer here. Then the attestation key lives in the TPM whose
endorsement certificate leads to one of the --anchors. With a name --anchors ask for such a
certificate too, but not that it is of the same TPM.

Exit status: 0 verified, 1 refused, 2 wrong usage, 3 could not run (a file cannot be read).
)"};

struct VerifyOptions {
  std::string file;
  std::string key;
  std::string spki;
  std::string challenge;
  std::string attestation_key;
  std::string anchors;
  std::string secret;
  std::string answer;
  bool any_attestation_key = false;
  bool json = false;
};

bool is_exchange(const VerifyOptions& options) { return !options.answer.empty(); }

// What parses and still makes no sense; empty where it does.
std::string contradiction(const VerifyOptions& options) {
  if (options.key.empty() == options.spki.empty()) return "name the key: by --key or by --spki";
  if (!read_challenge(options.challenge)) return challenge_wanted();
  if (options.secret.empty() != options.answer.empty() ||
      (is_exchange(options) && options.anchors.empty()))
    return "an exchange has --secret, --answer and --anchors";
  const int ways = static_cast<int>(!options.attestation_key.empty()) +
                   static_cast<int>(is_exchange(options)) +
                   static_cast<int>(options.any_attestation_key);
  if (ways != 1)
    return "say which --attestation-key is in the TPM, or show it by --secret and --answer, or "
           "--insecure-accept-any-attestation-key";
  if (!hex_decode(options.attestation_key).ok())
    return "--attestation-key is a name in lower-case hex";
  if (!hex_decode(options.answer).ok()) return "--answer is what `chancery keys activate` prints";
  const auto spki = base64_decode(options.spki);
  return spki.ok() ? "" : "--spki is base64, as `chancery keys list --json` prints it";
}

struct Inputs {
  std::string file;
  Bytes secret;
  tpm2::Expectation expected;
};

Result<Inputs> load(const VerifyOptions& options) {
  Inputs out;
  out.expected.challenge = *read_challenge(options.challenge);
  out.expected.attestation_key_name = TRY(hex_decode(options.attestation_key));
  out.expected.spki =
      options.key.empty() ? TRY(base64_decode(options.spki)) : TRY(load_key(options.key)).spki();
  if (!options.anchors.empty()) out.expected.anchors = TRY(load_anchors(options.anchors));
  if (is_exchange(options)) out.secret = TRY(read_verifier_secret(options.secret));
  out.file = TRY(read_file(options.file, "attestation", limits::attestation_file_bytes_max));
  return out;
}

void print_verdict(const VerifyOptions& options, const tpm2::Verdict& verdict) {
  const std::string signer = hex_encode(verdict.attestation_key_name);
  if (options.json) {
    print_json({{"file", options.file},
                {"verified", true},
                {"attestation_key", signer},
                {"attestation_key_is_known", !options.any_attestation_key},
                {"endorsement_certificate",
                 verdict.endorsement ? Json(verdict.endorsement->subject()) : Json()},
                {"attestation_key_is_bound_to_endorsement", is_exchange(options)}});
    return;
  }
  print_line(
      fmt::format("Verified {}: the key was born in the TPM that holds the attestation key "
                  "{} and cannot leave it",
                  options.file, signer));
  if (options.any_attestation_key)
    print_line("Not checked: that a TPM holds this attestation key. Anybody could have made it");
  if (verdict.endorsement) {
    print_line(fmt::format("Endorsement certificate: {}", verdict.endorsement->subject()));
    print_line(is_exchange(options)
                   ? "Proven: the attestation key lives in the TPM of this certificate"
                   : "Not proven: that the attestation key lives in the TPM of this certificate");
  }
}

Result<tpm2::Verdict> judge(const VerifyOptions& options, Inputs& inputs) {
  const KeyAttestation attestation = TRY(read_attestation(inputs.file));
  if (!is_exchange(options)) return tpm2::verify_certify(attestation, inputs.expected);
  const auto claim = TRY(tpm2::read_claim(attestation, inputs.expected.anchors));
  const Bytes answer = TRY(hex_decode(options.answer));
  TRY(tpm2::check_answer(claim, inputs.secret, answer));
  // The certificate of the claim is the one that counts: there may be others.
  inputs.expected.anchors.clear();
  inputs.expected.attestation_key_name = claim.attestation_key_name;
  tpm2::Verdict verdict = TRY(tpm2::verify_certify(attestation, inputs.expected));
  verdict.endorsement = claim.endorsement;
  return verdict;
}

ExitStatus verify(const VerifyOptions& options) {
  const std::string wrong = contradiction(options);
  if (!wrong.empty()) return report_usage(style_of(options.json), "keys verify-attestation", wrong);
  const Style style = style_of(options.json);
  auto inputs = load(options);
  if (!inputs.ok()) return report_trouble(style, options.file, inputs.error());
  const auto verdict = judge(options, *inputs);
  if (!verdict.ok()) return report_error(style, options.file, verdict.error());
  print_verdict(options, *verdict);
  return ExitStatus::done;
}

}  // namespace

void add_verify_attestation(CommandLine& line) {
  const auto options = std::make_shared<VerifyOptions>();
  Arguments arguments =
      line.command("keys verify-attestation", verify_help, [options] { return verify(*options); });
  arguments.place("FILE", options->file, "What `chancery keys attest` wrote; - is standard input");
  arguments.text("-k,--key", "FILE", options->key, "The key's public part, PEM");
  arguments.text("--spki", "BASE64", options->spki, "The same as `keys list --json` prints it");
  arguments.text("--challenge", "HEX", options->challenge, "What you asked to have answered",
                 Need::required);
  arguments.text("--attestation-key", "NAME", options->attestation_key,
                 "The name, in hex, of the attestation key that you know");
  arguments.text("--secret", "FILE", options->secret,
                 "Instead: your secret, as `make-credential` took it");
  arguments.text("--answer", "HEX", options->answer, "What `chancery keys activate` printed");
  arguments.flag("--insecure-accept-any-attestation-key", options->any_attestation_key,
                 "Proves nothing about a TPM: anybody can make such a key");
  arguments.text("--anchors", "FILE", options->anchors,
                 "Authorities of TPM makers, PEM: one must vouch for the TPM");
  arguments.flag("--json", options->json, "One JSON object");
}

}  // namespace chancery::client
