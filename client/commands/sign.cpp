#include <fmt/format.h>

#include <memory>

#include "client/commands/commands.h"
#include "client/commands/signature_output.h"
#include "client/files/artifact.h"
#include "client/files/file.h"
#include "client/requests/daemon_options.h"
#include "client/requests/explanation.h"
#include "client/requests/profile.h"
#include "client/requests/signing_queue.h"
#include "client/terminal/progress.h"
#include "client/terminal/report.h"
#include "core/base/limits/command.h"

namespace chancery::client {

namespace {

const CommandHelp sign_help{"Sign files: writes FILE.sigstore.json beside each.",
                            R"(Examples:
  chancery sign app.tar                       writes app.tar.sigstore.json
  chancery sign --profile release dist/*      many files over one connection
  make image | chancery sign --output image.sigstore.json -
  chancery sign --digest sha256:1f0c... > bundle.json

Files are hashed here; only their digests go to the daemon. The bundle holds the signature and the
proof that the log has recorded it: `chancery verify` and cosign check it offline. When the
connection is lost, the same request is sent again under the same idempotency key: a file is
signed once.

Exit status: 0 all signed, 1 refused, 2 wrong usage, 3 could not run or not finished in time.
)"};

struct SignOptions {
  DaemonOptions daemon;
  std::string profile = "default";
  std::string output;
  std::string idempotency_key;
  bool dry_run = false;
  std::vector<std::string> digests;
  std::vector<std::string> files;
};

v1::HashAlgorithm to_wire(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::sha256:
      return v1::HASH_ALGORITHM_SHA2_256;
    case HashAlgorithm::sha384:
      return v1::HASH_ALGORITHM_SHA2_384;
    case HashAlgorithm::sha512:
      return v1::HASH_ALGORITHM_SHA2_512;
  }
  return v1::HASH_ALGORITHM_UNSPECIFIED;
}

bool is_quickly_hashed(const Artifact& artifact) {
  if (artifact.file() == nullptr) return true;
  std::error_code error;
  const auto bytes = std::filesystem::file_size(artifact.file()->path, error);
  return !error && bytes <= limits::quickly_hashed_bytes_max;
}

// One run of the command: hashes, submits, and writes what comes back, in the order asked for.
class Signing {
 public:
  Signing(const SignOptions& options, Link& link, HashAlgorithm hash)
      : options_(options),
        hash_(hash),
        queue_(link, std::chrono::seconds(options.daemon.timeout_seconds),
               [this](const v1::SignRequest& request, const Result<Signature>& outcome) {
                 settle(request, outcome);
               }) {}

  ExitStatus sign(const std::vector<Artifact>& artifacts) {
    for (const Artifact& artifact : artifacts) submit(artifact);
    queue_.settle_all();
    return status_;
  }

 private:
  // Where there is no such artefact, its bundle has no place either: that is not what to mend.
  Result<void> check_names(const Artifact& artifact) const {
    const Result<void> writable = check_output(output_for(options_.output, artifact));
    const ArtifactFile* const file = artifact.file();
    if (!writable.ok() && file != nullptr && !file->is_standard_input())
      TRY(check_is_there(file->path));
    return writable;
  }

  void submit(const Artifact& artifact) {
    const Result<void> useable = check_names(artifact);
    if (!useable.ok()) {
      status_ = graver(status_, report_trouble(style(), artifact.name(), useable.error()));
      return;
    }
    // Answers would wait unread, and their deadlines pass, while a large file is hashed.
    if (!is_quickly_hashed(artifact)) queue_.settle_all();
    const Result<Digest> digest = hash(artifact);
    if (!digest.ok()) {
      status_ = graver(status_, report_trouble(style(), artifact.name(), digest.error()));
      return;
    }
    v1::SignRequest request;
    request.set_profile(options_.profile);
    request.set_idempotency_key(options_.idempotency_key);
    request.set_hash_algorithm(to_wire(hash_));
    request.set_digest(digest->value.data(), digest->value.size());
    request.set_artifact(artifact.recordable_name());
    submitted_.push_back({artifact, digest_text(*digest)});
    queue_.submit(std::move(request));
  }

  Result<Digest> hash(const Artifact& artifact) const {
    Progress progress(style() == Style::people);
    return digest_of(artifact, hash_, [&progress](const ReadProgress& read) {
      progress.show_bytes(read.name, read.bytes_read, read.bytes_all);
    });
  }

  void settle(const v1::SignRequest& request, const Result<Signature>& outcome) {
    const auto [artifact, digest] = std::move(submitted_.front());
    submitted_.pop_front();
    const Signed what{artifact.name(), digest, request.idempotency_key(),
                      output_for(options_.output, artifact)};
    status_ = graver(status_, deliver(style(), what, outcome));
  }

  Style style() const { return style_of(options_.daemon.json); }

  struct Submitted {
    Artifact artifact;
    std::string digest;
  };
  const SignOptions& options_;
  HashAlgorithm hash_;
  SigningQueue queue_;
  std::deque<Submitted> submitted_;
  ExitStatus status_ = ExitStatus::done;
};

Result<std::vector<Artifact>> artifacts_of(const SignOptions& options) {
  std::vector<Artifact> artifacts;
  for (const std::string& file : options.files) artifacts.push_back(TRY(parse_artifact(file)));
  for (const std::string& digest : options.digests)
    artifacts.push_back({TRY(parse_digest(digest))});
  return artifacts;
}

// What parses and still makes no sense; empty where it does.
std::string_view contradiction(const SignOptions& options, const std::vector<Artifact>& artifacts) {
  if (artifacts.empty()) return "name a FILE, or a digest with --digest";
  if (artifacts.size() > 1 && !options.output.empty()) return "--output is for a single artefact";
  if (artifacts.size() > 1 && !options.idempotency_key.empty())
    return "--idempotency-key is for a single artefact";
  if (options.daemon.json && is_standard_output(output_for(options.output, artifacts.front())))
    return "with --json the bundle cannot go to standard output as well: name a file with --output";
  return {};
}

std::vector<std::string> names_of(const std::vector<Artifact>& artifacts) {
  std::vector<std::string> names;
  for (const Artifact& artifact : artifacts) names.push_back(artifact.name());
  return names;
}

// The decision for each, with nothing hashed and nothing signed.
ExitStatus explain_all(const SignOptions& options, const std::vector<Artifact>& artifacts) {
  ExitStatus status = ExitStatus::done;
  for (const Artifact& artifact : artifacts) {
    v1::ExplainRequest request;
    request.set_profile(options.profile);
    request.add_artifacts(artifact.recordable_name());
    status = graver(status, explain(options.daemon, artifact.name(), request));
  }
  return status;
}

ExitStatus sign(const SignOptions& options) {
  const Style style = style_of(options.daemon.json);
  const auto artifacts = artifacts_of(options);
  if (!artifacts.ok()) return report_usage(style, "sign", artifacts.error().message);
  if (const auto wrong = contradiction(options, *artifacts); !wrong.empty())
    return report_usage(style, "sign", wrong);
  if (options.dry_run) return explain_all(options, *artifacts);

  Link link(socket_path(options.daemon));
  const auto hash = find_hash(link, options.profile, options.daemon.deadline());
  if (!hash.ok()) return report_error(style, names_of(*artifacts), hash.error());
  return Signing(options, link, *hash).sign(*artifacts);
}

}  // namespace

void add_sign(CommandLine& line) {
  const auto options = std::make_shared<SignOptions>();
  Arguments arguments = line.command("sign", sign_help, [options] { return sign(*options); });
  arguments
      .text("-p,--profile", "NAME", options->profile,
            "Which key, and under which rules (default: default)")
      .text("-o,--output", "FILE", options->output,
            "Where to write the bundle of a single artefact; - is standard output")
      .texts("--digest", "sha256:HEX", options->digests, "Sign a digest; may be repeated")
      .text("--idempotency-key", "KEY", options->idempotency_key,
            "Your own name for this request: repeated with it, the answer is the same")
      .flag("--dry-run", options->dry_run, "Only say whether it would be signed; nothing is read")
      .flag("--json", options->daemon.json, "One JSON object for each artefact");
  add_daemon_options(arguments, options->daemon);
  arguments.places("FILE", options->files, "What to sign; - is standard input", Need::optional);
}

}  // namespace chancery::client
