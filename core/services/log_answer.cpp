#include "core/services/log_answer.h"

#include <fmt/format.h>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/base/limits/services.h"
#include "core/bundle/checks/promise.h"

namespace chancery::services {
namespace {

// One log of the root against the entry.
Result<void> check_place(const bundle::LogEntry& entry, const bundle::TrustedLog& log,
                         LogGeneration generation, bundle::VerifiedNotes& notes) {
  if (!entry.inclusion_proof) {
    return invalid_request("BUNDLE_PROOF_MISSING", "the entry comes without a proof");
  }
  if (generation == LogGeneration::v1) TRY(bundle::check_promise(entry, log));
  return bundle::check_inclusion(entry, log, generation, notes);
}

}  // namespace

Result<bundle::LogEntry> parse_answer_v2(std::string_view json) {
  return bundle::parse_log_entry(json, limits::log_answer_bytes_max);
}

Result<void> check_answer(const bundle::LogEntry& entry, const Proposal& proposal,
                          const LogTrust& trust, bundle::VerifiedNotes& notes) {
  if (entry.canonicalized_body != proposal.body || entry.kind != proposal.kind ||
      entry.version != proposal.version) {
    return corrupt("LOG_ANSWER_NOT_OURS",
                   fmt::format("the log answers with another entry than was proposed: {} {}, leaf "
                               "{}",
                               entry.kind.substr(0, 40), entry.version.substr(0, 40),
                               hex_encode(tlog::leaf_hash(as_bytes(entry.canonicalized_body)))));
  }
  std::string why = fmt::format("no trusted log has the id {}", base64_encode(entry.log_id));
  for (const bundle::TrustedLog& log : trust.logs) {
    if (log.log_id != entry.log_id) continue;
    const Result<void> placed = check_place(entry, log, trust.generation, notes);
    if (placed.ok()) return {};
    why = fmt::format("{}: {}", placed.error().reason, placed.error().message);
  }
  return corrupt("LOG_ANSWER_NOT_PROVEN",
                 fmt::format("the log's answer is not to be believed: {}", why));
}

}  // namespace chancery::services
