#include "core/bundle/checks/log_entries.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/encoding.h"
#include "core/base/rfc3339.h"
#include "core/bundle/checks/inclusion.h"
#include "core/bundle/checks/log_v1.h"
#include "core/bundle/checks/log_v2.h"
#include "core/bundle/checks/promise.h"
#include "core/tlog/entry_v1.h"

namespace chancery::bundle {
namespace {

using Logs = std::vector<const TrustedLog*>;

Logs logs_with_id(const TrustedRoot& root, const Bytes& log_id) {
  Logs logs;
  for (const TrustedLog& log : root.transparency_logs) {
    if (log.log_id == log_id) logs.push_back(&log);
  }
  return logs;
}

// A proof, and a promise where there is one; version 0.1 does with a promise alone.
Result<void> check_place(VerifiedEntry& found, LogGeneration generation, VerifiedNotes& notes,
                         Trace& trace) {
  const LogEntry& entry = *found.entry;
  if (!entry.signed_entry_timestamp.empty()) {
    trace.check("log promise");
    found.time = TRY(check_promise(entry, *found.log));
    trace.pass(fmt::format("entry {}, {}", entry.log_index,
                           found.time ? format_rfc3339(*found.time) : "of no time"));
  }
  if (entry.inclusion_proof) {
    trace.check("inclusion proof");
    TRY(check_inclusion(entry, *found.log, generation, notes));
    trace.pass(fmt::format("leaf {} of the {} under a checkpoint of {}",
                           entry.inclusion_proof->log_index, entry.inclusion_proof->tree_size,
                           found.log->base_url));
  }
  const bool is_vouched_for =
      generation == LogGeneration::v2 || !entry.signed_entry_timestamp.empty();
  if (is_vouched_for) found.index = entry.log_index;
  return {};
}

// A root may list a log several times, by period or by key: one of them must do.
Result<VerifiedEntry> check_entry(const LogEntry& entry, Signing signing, const Logs& logs,
                                  VerifiedNotes& notes, Trace& trace) {
  trace.check("log entry");
  const bool is_v2 = is_entry_v2(entry);
  if (!is_v2 && !tlog::is_entry_v1(entry.kind, entry.version)) {
    return entry_refusal(
        "LOG_ENTRY_KIND_UNSUPPORTED", entry,
        fmt::format("{} {} is not read", entry.kind.substr(0, 40), entry.version.substr(0, 40)));
  }
  if (is_v2 && !entry.inclusion_proof) {
    return entry_refusal("BUNDLE_PROOF_MISSING", entry, "no inclusion proof");
  }
  std::vector<Scheme> schemes =
      TRY(is_v2 ? check_body_v2(entry, signing) : check_body_v1(entry, signing));
  trace.pass(fmt::format("{} {} records this signature", entry.kind, entry.version));
  const LogGeneration generation = is_v2 ? LogGeneration::v2 : LogGeneration::v1;
  std::optional<Error> refusal;
  for (const TrustedLog* log : logs) {
    VerifiedEntry found{&entry, log, schemes, std::nullopt, std::nullopt};
    const Trace::Place parting = trace.place();
    const Result<void> placed = check_place(found, generation, notes, trace);
    if (placed.ok()) return found;
    refusal = placed.error();
    if (log != logs.back()) trace.back_to(parting);
  }
  return *std::move(refusal);
}

// An entry is of a log that the root names, and whose key is of a type that is not read.
std::optional<Error> find_unread_log(const Bundle& bundle, const TrustedRoot& root) {
  for (const LogEntry& entry : bundle.log_entries) {
    const auto log = std::ranges::find(root.unread_logs, entry.log_id, &UnreadLog::log_id);
    if (log == root.unread_logs.end()) continue;
    return entry_refusal("LOG_KEY_UNSUPPORTED", entry,
                         fmt::format("the key of {} is of a type that is not read here, {}",
                                     log->base_url, log->key_details));
  }
  return std::nullopt;
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

Error entry_refusal(std::string reason, const LogEntry& entry, std::string_view what) {
  // Whoever read the body alone did not know its number.
  constexpr std::string_view without_number = "log entry: ";
  if (what.starts_with(without_number)) what.remove_prefix(without_number.size());
  return invalid_request(std::move(reason), fmt::format("log entry {}: {}", entry.log_index, what));
}

Result<std::vector<VerifiedEntry>> check_log_entries(const Bundle& bundle, Signing signing,
                                                     const TrustedRoot& root, unsigned entries_min,
                                                     VerifiedNotes& notes, Trace& trace) {
  std::vector<VerifiedEntry> verified;
  for (const LogEntry& entry : bundle.log_entries) {
    const Logs logs = logs_with_id(root, entry.log_id);
    if (!logs.empty()) verified.push_back(TRY(check_entry(entry, signing, logs, notes, trace)));
  }
  trace.check("transparency log");
  const std::size_t count = verified.size() < 2 ? verified.size() : count_operators(verified);
  if (count >= entries_min) {
    trace.pass(fmt::format("entries of {} logs, {} asked for", count, entries_min));
    return verified;
  }
  if (bundle.log_entries.empty()) {
    return invalid_request("LOG_ENTRY_MISSING", "the bundle has no transparency log entry");
  }
  if (std::optional<Error> unread = find_unread_log(bundle, root)) return *std::move(unread);
  if (verified.empty()) {
    return invalid_request(
        "LOG_UNKNOWN", fmt::format("no entry is of a log in the trusted root, which is most "
                                   "likely of another instance or out of date; entry 0 is of {}",
                                   base64_encode(bundle.log_entries.front().log_id)));
  }
  return invalid_request("LOG_THRESHOLD_NOT_MET", fmt::format("entries of {} logs verified, {} are "
                                                              "asked for",
                                                              count, entries_min));
}

Result<void> check_log_periods(const std::vector<VerifiedEntry>& entries, const TrustedRoot& root,
                               const std::vector<VerifiedTime>& times) {
  for (const VerifiedEntry& entry : entries) {
    if (entry.time) continue;
    const Logs logs = logs_with_id(root, entry.log->log_id);
    for (const VerifiedTime& each : times) {
      const auto contains = [&each](const TrustedLog* log) {
        return log->valid_for.contains(each.time);
      };
      if (!std::ranges::any_of(logs, contains)) {
        return log_not_valid(*entry.entry, *entry.log, each.time);
      }
    }
  }
  return {};
}

}  // namespace chancery::bundle
