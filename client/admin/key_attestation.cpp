#include <fmt/format.h>
#include <sys/random.h>

#include <memory>

#include "chancery/v1/keys.pb.h"
#include "client/admin/commands.h"
#include "client/files/file.h"
#include "client/requests/ask.h"
#include "client/terminal/report.h"
#include "client/verification/attestation_file.h"
#include "client/verification/inputs.h"
#include "core/base/encoding.h"
#include "core/base/limits/administration.h"
#include "core/base/limits/key_hosts.h"
#include "core/crypto/tpm/structures.h"
#include "core/crypto/tpm/verify_certify.h"
#include "core/crypto/x509/certificate_chain.h"

namespace chancery::client {

namespace {

const CommandHelp attest_help{"Have a key's TPM say that the key was born in it (administrators).",
                              R"(Examples:
  chancery keys attest tpm:release --challenge 5f0c... --output release.attestation.json
  chancery keys attest tpm:release > release.attestation.json

The challenge is 32 random bytes in hex from whoever wants to know: so the answer is new. Without
it one is made up, and printed beside the name of the attestation key. Other backends than a TPM
answer CANNOT_ATTEST_KEYS. `chancery keys verify-attestation` judges what is written.
)"};
const CommandHelp verify_help{
    "Verify that a key was born in a TPM, without a daemon and without a network.",
    R"(Examples:
  chancery keys verify-attestation release.attestation.json --key release.pem \
    --challenge 5f0c... --attestation-key 000b7d12...
  chancery keys verify-attestation a.json --key release.pem --challenge 5f0c... \
    --attestation-key 000b7d12... --anchors tpm-makers.pem

Proven is: the TPM that holds the attestation key says, in answer to the challenge, that the key was
made in it and cannot leave it. So first learn the attestation key's name where you can see the
machine: `chancery keys attest` prints it there, and it stays the same until the TPM is cleared.
With --anchors an endorsement certificate must lead to one of these authorities too. Not proven is
that the attestation key lives in the TPM of that certificate.

Exit status: 0 verified, 1 refused, 2 wrong usage, 3 could not run (a file cannot be read).
)"};

struct AttestOptions {
  DaemonOptions daemon;
  std::string name;
  std::string challenge;
  std::string output;
};
struct VerifyOptions {
  std::string file;
  std::string key;
  std::string spki;
  std::string challenge;
  std::string attestation_key;
  std::string anchors;
  bool any_attestation_key = false;
  bool json = false;
};

// Nothing where it is none.
std::optional<Bytes> read_challenge(const std::string& hex) {
  const auto bytes = hex_decode(hex);
  if (!bytes.ok() || bytes->size() != limits::challenge_bytes) return std::nullopt;
  return *bytes;
}

std::string challenge_wanted() {
  return fmt::format("--challenge is {} bytes in lower-case hex", limits::challenge_bytes);
}

Bytes make_challenge() {
  Bytes out(limits::challenge_bytes);
  // getrandom(2): requests of up to 256 bytes are never cut short once the pool is seeded.
  CHANCERY_ASSERT(::getrandom(out.data(), out.size(), 0) == static_cast<ssize_t>(out.size()));
  return out;
}

KeyAttestation attestation_of(const v1::AttestKeyReply& reply) {
  KeyAttestation out;
  out.format = reply.format();
  for (const auto& part : reply.parts()) {
    out.parts.push_back({part.name(), to_bytes(as_bytes(part.content()))});
  }
  for (const std::string& der : reply.certificates()) {
    out.certificates.push_back(to_bytes(as_bytes(der)));
  }
  return out;
}

// What a verifier has to know besides the file.
void print_enrolment(const KeyAttestation& attestation, ByteView challenge) {
  print_remark(fmt::format("Challenge: {}", hex_encode(challenge)));
  const Bytes* area = attestation.find(tpm2::part::attestation_key);
  if (area == nullptr) return;
  const auto signer = tpm2::parse_public_area(*area);
  if (signer.ok()) print_remark(fmt::format("Attestation key: {}", hex_encode(signer->name)));
}

ExitStatus attest(const AttestOptions& options) {
  const auto challenge =
      options.challenge.empty() ? make_challenge() : read_challenge(options.challenge);
  if (!challenge) return report_usage("keys attest", challenge_wanted());
  v1::AttestKeyRequest request;
  request.set_key(options.name);
  request.set_challenge(to_text(*challenge));
  const auto reply =
      ask_once<v1::AttestKeyReply>(options.daemon, services::keys, "AttestKey", request);
  if (!reply.ok()) return report_error(Style::people, options.name, reply.error());
  const KeyAttestation attestation = attestation_of(*reply);
  const std::string json = write_attestation(attestation);
  print_enrolment(attestation, *challenge);
  if (options.output.empty()) {
    print_text(json);
    return ExitStatus::done;
  }
  const auto written = replace_file(options.output, json);
  return written.ok() ? ExitStatus::done
                      : report_trouble(Style::people, options.output, written.error());
}

// What parses and still makes no sense; empty where it does.
std::string contradiction(const VerifyOptions& options) {
  if (options.key.empty() == options.spki.empty()) return "name the key: by --key or by --spki";
  if (!read_challenge(options.challenge)) return challenge_wanted();
  if (options.attestation_key.empty() == !options.any_attestation_key)
    return "say which --attestation-key is in the TPM, or --insecure-accept-any-attestation-key";
  const auto name = hex_decode(options.attestation_key);
  if (!name.ok()) return "--attestation-key is a name in lower-case hex";
  const auto spki = base64_decode(options.spki);
  return spki.ok() ? "" : "--spki is base64, as `chancery keys list --json` prints it";
}

struct Inputs {
  std::string file;
  tpm2::Expectation expected;
};

Result<Inputs> load(const VerifyOptions& options) {
  Inputs out;
  out.expected.challenge = *read_challenge(options.challenge);
  out.expected.attestation_key_name = TRY(hex_decode(options.attestation_key));
  out.expected.spki =
      options.key.empty() ? TRY(base64_decode(options.spki)) : TRY(load_key(options.key)).spki();
  if (!options.anchors.empty()) {
    const std::string pem =
        TRY(read_file(options.anchors, "anchors", limits::certificate_chain_bytes_max));
    out.expected.anchors = TRY(in_file(options.anchors, read_chain(pem)));
  }
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
                {"attestation_key_is_bound_to_endorsement", false}});
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
    print_line("Not proven: that the attestation key lives in the TPM of this certificate");
  }
}

ExitStatus verify(const VerifyOptions& options) {
  const std::string wrong = contradiction(options);
  if (!wrong.empty()) return report_usage("keys verify-attestation", wrong);
  const Style style = style_of(options.json);
  const auto inputs = load(options);
  if (!inputs.ok()) return report_trouble(style, "", inputs.error());
  const auto attestation = read_attestation(inputs->file);
  if (!attestation.ok()) return report_error(style, options.file, attestation.error());
  const auto verdict = tpm2::verify_certify(*attestation, inputs->expected);
  if (!verdict.ok()) return report_error(style, options.file, verdict.error());
  print_verdict(options, *verdict);
  return ExitStatus::done;
}

void add_verification(CommandLine& line) {
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
  arguments.flag("--insecure-accept-any-attestation-key", options->any_attestation_key,
                 "Proves nothing about a TPM: anybody can make such a key");
  arguments.text("--anchors", "FILE", options->anchors,
                 "Authorities of TPM makers, PEM: one must vouch for the TPM");
  arguments.flag("--json", options->json, "One JSON object");
}

}  // namespace

void add_key_attestation(CommandLine& line) {
  const auto options = std::make_shared<AttestOptions>();
  Arguments arguments =
      line.command("keys attest", attest_help, [options] { return attest(*options); });
  arguments.place("KEY", options->name, "backend:name of the key");
  arguments.text("--challenge", "HEX", options->challenge, "32 bytes of the verifier's choice");
  arguments.text("-o,--output", "FILE", options->output, "Where to write; standard output if not");
  add_daemon_options(arguments, options->daemon);
  add_verification(line);
}

}  // namespace chancery::client
