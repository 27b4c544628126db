#include <fmt/format.h>

#include <memory>

#include "chancery/v1/keys.pb.h"
#include "client/attestation/commands.h"
#include "client/attestation/inputs.h"
#include "client/files/file.h"
#include "client/requests/ask.h"
#include "client/terminal/report.h"
#include "client/verification/attestation_file.h"
#include "core/base/encoding.h"
#include "core/base/limits/key_hosts.h"
#include "core/crypto/tpm/structures.h"

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
const CommandHelp activate_help{
    "Have a key's TPM read what `chancery keys make-credential` hid for it (administrators).",
    R"(Examples:
  chancery keys activate tpm:release release.credential

What is printed goes to the verifier, for `chancery keys verify-attestation --answer`: only the TPM
that has both the attestation key and the endorsement key can read it.
)"};

struct AttestOptions {
  DaemonOptions daemon;
  std::string name;
  std::string challenge;
  std::string output;
};
struct ActivateOptions {
  DaemonOptions daemon;
  std::string name;
  std::string file;
};

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
  const auto challenge = options.challenge.empty() ? random_bytes(limits::challenge_bytes)
                                                   : read_challenge(options.challenge);
  if (!challenge) return report_usage(Style::people, "keys attest", challenge_wanted());
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

ExitStatus activate(const ActivateOptions& options) {
  const auto credential = read_file(options.file, "credential", limits::credential_bytes_max);
  if (!credential.ok()) return report_trouble(Style::people, "", credential.error());
  v1::ActivateCredentialRequest request;
  request.set_key(options.name);
  request.set_credential(*credential);
  const auto reply = ask_once<v1::ActivateCredentialReply>(options.daemon, services::keys,
                                                           "ActivateCredential", request);
  if (!reply.ok()) return report_error(Style::people, options.name, reply.error());
  print_line(hex_encode(as_bytes(reply->hidden())));
  return ExitStatus::done;
}

void add_attest_key(CommandLine& line) {
  const auto options = std::make_shared<AttestOptions>();
  Arguments arguments =
      line.command("keys attest", attest_help, [options] { return attest(*options); });
  arguments.place("KEY", options->name, "backend:name of the key");
  arguments.text("--challenge", "HEX", options->challenge, "32 bytes of the verifier's choice");
  arguments.text("-o,--output", "FILE", options->output, "Where to write; standard output if not");
  add_daemon_options(arguments, options->daemon);
}

void add_activate(CommandLine& line) {
  const auto options = std::make_shared<ActivateOptions>();
  Arguments arguments =
      line.command("keys activate", activate_help, [options] { return activate(*options); });
  arguments.place("KEY", options->name, "backend:name of the key that was attested");
  arguments.place("FILE", options->file, "The verifier's credential; - is standard input");
  add_daemon_options(arguments, options->daemon);
}

}  // namespace

void add_key_attestation(CommandLine& line) {
  add_attest_key(line);
  add_activate(line);
  add_make_credential(line);
  add_verify_attestation(line);
}

}  // namespace chancery::client
