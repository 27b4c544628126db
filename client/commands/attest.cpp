#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "client/commands/commands.h"
#include "client/commands/signature_output.h"
#include "client/files/file.h"
#include "client/requests/daemon_options.h"
#include "client/requests/explanation.h"
#include "client/requests/idempotency_key.h"
#include "client/requests/profile.h"
#include "client/requests/statement_request.h"
#include "client/terminal/progress.h"
#include "client/verification/predicate_type.h"
#include "core/base/encoding.h"
#include "core/base/limits/statements.h"
#include "core/bundle/statement.h"

namespace chancery::client {

namespace {

const CommandHelp attest_help{
    "Sign a statement about files: where they come from, what they are made of.",
    R"(Examples:
  chancery attest --type slsaprovenance1 --predicate provenance.json app.tar
  chancery attest --type spdxjson --predicate sbom.spdx.json app.tar app.rpm
  chancery attest --type https://example.com/tested/v1 --predicate result.json sha256:1f0c...
  chancery attest --statement statement.json --output app.sigstore.json

The statement is in-toto's v1: every FILE, by its SHA-256, is a subject; the predicate is the JSON
that you give. A ready statement is signed as it is, byte for byte. The bundle is written to
FILE.TYPE.sigstore.json beside the first FILE, or beside the statement.

Exit status: 0 signed, 1 refused, 2 wrong usage, 3 could not run or not finished in time.
)"};

struct AttestOptions {
  DaemonOptions daemon;
  std::string profile = "default";
  std::string type;
  std::string predicate;
  std::string statement;
  std::string output;
  std::string idempotency_key;
  bool dry_run = false;
  std::vector<std::string> files;
};

std::string_view contradiction(const AttestOptions& options) {
  const bool has_parts = !options.type.empty() || !options.predicate.empty();
  if (!options.statement.empty())
    return has_parts || !options.files.empty() ? "--statement is signed as it is: no --type, "
                                                 "--predicate or FILE beside it"
                                               : "";
  if (options.type.empty() || options.predicate.empty())
    return "name --type and --predicate, or a ready --statement";
  if (!predicate_uri(options.type).ok())
    return "--type is a URI, or a name that cosign has too: slsaprovenance1, spdxjson, cyclonedx";
  return options.files.empty() ? "name at least one FILE that the statement is about" : "";
}

Result<bundle::Subject> subject_of(const std::string& argument) {
  const Artifact artifact = TRY(parse_artifact(argument));
  Progress progress(true);
  const Digest digest =
      TRY(digest_of(artifact, HashAlgorithm::sha256, [&progress](const ReadProgress& read) {
        progress.show_bytes(read.name, read.bytes_read, read.bytes_all);
      }));
  return bundle::Subject{artifact.recordable_name(),
                         {{std::string(name_of(digest.algorithm)), hex_encode(digest.value)}}};
}

Result<std::string> make_statement(const AttestOptions& options) {
  if (!options.statement.empty())
    return read_file(options.statement, "statement", limits::statement_bytes_max);
  const std::string predicate =
      TRY(read_file(options.predicate, "predicate", limits::statement_bytes_max));
  TRY(check_json(predicate, options.predicate, limits::statement_bytes_max));
  std::vector<bundle::Subject> subjects;
  for (const std::string& file : options.files) subjects.push_back(TRY(subject_of(file)));
  return bundle::write_statement(subjects, TRY(predicate_uri(options.type)), predicate);
}

Output output_of(const AttestOptions& options) {
  if (!options.output.empty()) return options.output;
  if (!options.statement.empty())
    return options.statement == "-" ? "-" : options.statement + ".sigstore.json";
  const auto first = parse_artifact(options.files.front());
  if (!first.ok() || first->file_name().empty()) return "-";
  const bool has_name = options.type.find(':') == std::string::npos;
  return fmt::format("{}.{}.sigstore.json", first->name(), has_name ? options.type : "attestation");
}

Result<Signature> sign(const AttestOptions& options, const std::string& key,
                       std::string statement) {
  Link link(socket_path(options.daemon));
  return sign_statement(link, {options.profile, key, std::move(statement)},
                        options.daemon.deadline());
}

// The decision about the statement as it would be signed.
ExitStatus explain_statement(const AttestOptions& options, const std::string& statement) {
  const auto parsed = bundle::parse_statement(statement, bundle::Extensions::refused);
  if (!parsed.ok())
    return report_error(style_of(options.daemon.json), options.statement, parsed.error());
  v1::ExplainRequest request;
  request.set_profile(options.profile);
  request.set_predicate_type(parsed->predicate_type);
  std::vector<std::string> names;
  for (const bundle::Subject& subject : parsed->subjects) names.push_back(subject.name);
  for (const std::string& name : names) request.add_artifacts(name);
  return explain(options.daemon, fmt::format("{}", fmt::join(names, ", ")), request);
}

// What it is about, in the user's words.
std::string title_of(const AttestOptions& options) {
  return options.statement.empty() ? fmt::format("{}", fmt::join(options.files, ", "))
                                   : options.statement;
}

ExitStatus attest(const AttestOptions& options) {
  const Style style = style_of(options.daemon.json);
  if (const auto wrong = contradiction(options); !wrong.empty())
    return report_usage(style, "attest", wrong);
  const Output output = output_of(options);
  if (options.daemon.json && !options.dry_run && is_standard_output(output))
    return report_usage(style, "attest", "with --json name a file with --output");
  const std::string name = title_of(options);
  auto statement = make_statement(options);
  if (!statement.ok()) return report_trouble(style, name, statement.error());

  if (options.dry_run) return explain_statement(options, *statement);
  if (const auto writable = check_output(output); !writable.ok())
    return report_trouble(style, name, writable.error());
  const std::string key =
      options.idempotency_key.empty() ? new_idempotency_key() : options.idempotency_key;
  const auto signature = sign(options, key, std::move(statement).value());
  return deliver(style, {name, "", key, output}, signature);
}

}  // namespace

void add_attest(CommandLine& line) {
  const auto options = std::make_shared<AttestOptions>();
  Arguments arguments = line.command("attest", attest_help, [options] { return attest(*options); });
  arguments
      .text("-t,--type", "TYPE", options->type,
            "slsaprovenance1, spdxjson, cyclonedx, or the predicate type's URI")
      .text("--predicate", "FILE", options->predicate, "The predicate, JSON")
      .text("--statement", "FILE", options->statement, "A ready in-toto statement instead")
      .text("-p,--profile", "NAME", options->profile,
            "Which key, and under which rules (default: default)")
      .text("-o,--output", "FILE", options->output, "Where to write; - is standard output")
      .text("--idempotency-key", "KEY", options->idempotency_key,
            "Your own name for this request: repeated with it, the answer is the same")
      .flag("--dry-run", options->dry_run, "Only say whether it would be signed")
      .flag("--json", options->daemon.json, "Say what was signed as JSON");
  add_daemon_options(arguments, options->daemon);
  arguments.places("FILE", options->files, "What it is about: FILE, sha256:HEX or -",
                   Need::optional);
}

}  // namespace chancery::client
