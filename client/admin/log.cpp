#include <fmt/format.h>

#include <memory>

#include "chancery/v1/admin.pb.h"
#include "chancery/v1/log.pb.h"
#include "client/admin/commands.h"
#include "client/requests/ask.h"
#include "client/terminal/report.h"
#include "core/base/encoding.h"

namespace chancery::client {

namespace {

const CommandHelp checkpoint_help{"Print the newest signed checkpoint of the local log.",
                                  "A checkpoint is a signed note: origin, size and root hash.\n"};
const CommandHelp entry_help{"Print an entry of the local log, as the log hashes it.",
                             "Example:\n  chancery log entry 41 | jq .\n"};
const CommandHelp proof_help{"Print the proof that an entry is in the log's tree.",
                             R"(Examples:
  chancery log proof 41                  in the newest checkpoint's tree
  chancery log proof 41 --size 100       in the tree of the first 100 entries

The tree's size, then one base64 hash a line (RFC 6962 2.1.1).
)"};
const CommandHelp consistency_help{
    "Print the proof that a later tree only continues an earlier one.",
    R"(Examples:
  chancery log consistency 50            from 50 entries to the newest checkpoint
  chancery log consistency 50 --size 100

The later tree's size, then one base64 hash a line (RFC 6962 2.1.2).
)"};
const CommandHelp hand_over_help{
    "End this daemon's log, so that another server can continue it.",
    R"(Writes and syncs every file of the log, and closes the journal for good: this daemon signs nothing
more. A stock Rekor v2 server (POSIX storage) then continues the directory with the same checkpoint
key. It cannot be undone, so it asks for --yes. It is refused while something signed is not finished:
`chancery status` says what keeps it. `chancery get` answers until the daemon is stopped; it does not
start again. docs/cli.md has an example, docs/backup.md how the archive is read then.
)"};

struct EntryOptions {
  DaemonOptions daemon;
  std::uint64_t index = 0;
};

struct ProofOptions {
  DaemonOptions daemon;
  std::uint64_t of = 0;    // an entry's index, or the earlier tree's size
  std::uint64_t size = 0;  // 0: the newest checkpoint's
};

struct HandOverOptions {
  DaemonOptions daemon;
  bool is_meant = false;
};

ExitStatus checkpoint(const DaemonOptions& options) {
  const auto reply = ask_once<v1::GetCheckpointReply>(options, services::log, "GetCheckpoint",
                                                      v1::GetCheckpointRequest{});
  if (!reply.ok()) return report_error(Style::people, "", reply.error());
  print_text(reply->checkpoint());
  return ExitStatus::done;
}

ExitStatus entry(const EntryOptions& options) {
  v1::GetEntryRequest request;
  request.set_log_index(options.index);
  const auto reply =
      ask_once<v1::GetEntryReply>(options.daemon, services::log, "GetEntry", request);
  if (!reply.ok()) return report_error(Style::people, "", reply.error());
  print_text(reply->body());
  return ExitStatus::done;
}

ExitStatus print_proof(const Result<v1::ProofReply>& reply) {
  if (!reply.ok()) return report_error(Style::people, "", reply.error());
  print_line(std::to_string(reply->tree_size()));
  for (const std::string& hash : reply->hashes()) print_line(base64_encode(as_bytes(hash)));
  return ExitStatus::done;
}

ExitStatus proof(const ProofOptions& options) {
  v1::GetInclusionProofRequest request;
  request.set_log_index(options.of);
  request.set_tree_size(options.size);
  return print_proof(
      ask_once<v1::ProofReply>(options.daemon, services::log, "GetInclusionProof", request));
}

ExitStatus consistency(const ProofOptions& options) {
  v1::GetConsistencyProofRequest request;
  request.set_old_size(options.of);
  request.set_new_size(options.size);
  return print_proof(
      ask_once<v1::ProofReply>(options.daemon, services::log, "GetConsistencyProof", request));
}

ExitStatus hand_over(const HandOverOptions& options) {
  if (!options.is_meant)
    return report_usage(Style::people, "log hand-over",
                        "this ends the log here for good; say --yes to do it");
  const auto reply = ask_once<v1::HandOverLogReply>(options.daemon, services::admin, "HandOverLog",
                                                    v1::HandOverLogRequest{});
  if (!reply.ok()) return report_error(Style::people, "", reply.error());
  print_line(fmt::format("Handed over {}: {} entries, checkpoint key {}", reply->directory(),
                         reply->log_size(), reply->key()));
  return ExitStatus::done;
}

void add_checkpoint(CommandLine& line) {
  const auto options = std::make_shared<DaemonOptions>();
  Arguments arguments =
      line.command("log checkpoint", checkpoint_help, [options] { return checkpoint(*options); });
  add_daemon_options(arguments, *options);
}

void add_entry(CommandLine& line) {
  const auto options = std::make_shared<EntryOptions>();
  Arguments arguments =
      line.command("log entry", entry_help, [options] { return entry(*options); });
  arguments.place("INDEX", options->index, "The entry's place in the log, from 0");
  add_daemon_options(arguments, options->daemon);
}

void add_proofs(CommandLine& line) {
  const auto options = std::make_shared<ProofOptions>();
  Arguments inclusion =
      line.command("log proof", proof_help, [options] { return proof(*options); });
  inclusion.number("--size", "N", options->size, "The tree's size (default: the newest)")
      .place("INDEX", options->of, "The entry's place in the log, from 0");
  add_daemon_options(inclusion, options->daemon);
  Arguments later = line.command("log consistency", consistency_help,
                                 [options] { return consistency(*options); });
  later.number("--size", "N", options->size, "The later tree's size (default: the newest)")
      .place("OLD_SIZE", options->of, "The earlier tree's size");
  add_daemon_options(later, options->daemon);
}

void add_hand_over(CommandLine& line) {
  const auto options = std::make_shared<HandOverOptions>();
  Arguments arguments =
      line.command("log hand-over", hand_over_help, [options] { return hand_over(*options); });
  arguments.flag("--yes", options->is_meant, "It is meant");
  add_daemon_options(arguments, options->daemon);
}

}  // namespace

void add_log(CommandLine& line) {
  line.group("log", "The local transparency log.");
  add_checkpoint(line);
  add_entry(line);
  add_proofs(line);
  add_hand_over(line);
  add_log_verify(line);
}

}  // namespace chancery::client
