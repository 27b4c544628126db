#include "core/bundle/checks/log_entries.h"

#include <fmt/format.h>

#include <set>

#include "core/base/encoding.h"
#include "core/bundle/checks/log_v2.h"

namespace chancery::bundle {
namespace {

std::vector<const TrustedLog*> logs_with_id(const TrustedRoot& root, const Bytes& log_id) {
  std::vector<const TrustedLog*> logs;
  for (const TrustedLog& log : root.transparency_logs) {
    if (log.log_id == log_id) logs.push_back(&log);
  }
  return logs;
}

// A root may list a log several times, by period or by key: one of them must do.
Result<VerifiedEntry> check_entry(const LogEntry& entry, Signing signing,
                                  const std::vector<const TrustedLog*>& logs,
                                  VerifiedNotes& notes) {
  if (entry.kind != "hashedrekord" || entry.version != "0.0.2") {
    return invalid_request("LOG_ENTRY_KIND_UNSUPPORTED",
                           fmt::format("log entry {}: {} {} is not read", entry.log_index,
                                       entry.kind.substr(0, 40), entry.version.substr(0, 40)));
  }
  if (!entry.inclusion_proof) {
    return invalid_request("BUNDLE_PROOF_MISSING",
                           fmt::format("log entry {}: no inclusion proof", entry.log_index));
  }
  const Algorithm algorithm = TRY(check_body_v2(entry, signing));
  Result<void> included;
  for (const TrustedLog* log : logs) {
    included = check_inclusion_v2(entry, *log, notes);
    if (included.ok()) return VerifiedEntry{&entry, log, algorithm};
  }
  return included.error();
}

// Entries of one operator count once; an operator without a name is its log.
std::size_t count_operators(const std::vector<VerifiedEntry>& entries) {
  std::set<std::string> operators;
  for (const VerifiedEntry& entry : entries) {
    const std::string& name = entry.log->operator_name;
    operators.insert(name.empty() ? hex_encode(entry.log->log_id) : name);
  }
  return operators.size();
}

}  // namespace

Result<std::vector<VerifiedEntry>> check_log_entries(const Bundle& bundle, Signing signing,
                                                     const TrustedRoot& root, unsigned entries_min,
                                                     VerifiedNotes& notes) {
  std::vector<VerifiedEntry> verified;
  for (const LogEntry& entry : bundle.log_entries) {
    const std::vector<const TrustedLog*> logs = logs_with_id(root, entry.log_id);
    if (!logs.empty()) verified.push_back(TRY(check_entry(entry, signing, logs, notes)));
  }
  const std::size_t count = verified.size() < 2 ? verified.size() : count_operators(verified);
  if (count >= entries_min) return verified;
  if (bundle.log_entries.empty()) {
    return invalid_request("LOG_ENTRY_MISSING", "the bundle has no transparency log entry");
  }
  if (verified.empty()) {
    return invalid_request("LOG_UNKNOWN",
                           fmt::format("no entry is of a log in the trusted root; entry 0 is of {}",
                                       base64_encode(bundle.log_entries.front().log_id)));
  }
  return invalid_request("LOG_THRESHOLD_NOT_MET", fmt::format("entries of {} logs verified, {} are "
                                                              "asked for",
                                                              count, entries_min));
}

}  // namespace chancery::bundle
