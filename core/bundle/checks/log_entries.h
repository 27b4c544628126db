// What transparency logs say about the signature.
#pragma once

#include "core/bundle/checks/signed_content.h"
#include "core/bundle/checks/trace.h"

namespace chancery::bundle {

// What a log entry must be about.
struct Signing {
  const Signer& signer;
  SignedContent& content;
  ByteView signature;
};

// An entry that is in a trusted log and about this signing.
struct VerifiedEntry {
  const LogEntry* entry;
  const TrustedLog* log;
  std::vector<Scheme> schemes;         // how it may have been signed, by what the entry records
  std::optional<std::uint64_t> index;  // where the log signed or proved it
  std::optional<WallTime> time;        // when the log took it, where the log signed that
};

// Every entry of a known log must hold; those of unknown logs are left out, but enough must remain.
// Errors (invalid_request): LOG_ENTRY_MISSING, LOG_UNKNOWN, LOG_KEY_UNSUPPORTED,
// LOG_THRESHOLD_NOT_MET, LOG_ENTRY_KIND_UNSUPPORTED, and those of log_v1.h, log_v2.h, inclusion.h
// and promise.h.
Result<std::vector<VerifiedEntry>> check_log_entries(const Bundle& bundle, Signing signing,
                                                     const TrustedRoot& root, unsigned entries_min,
                                                     VerifiedNotes& notes, Trace& trace);

// The periods of the logs' keys: an entry whose log gives no time counts by the timestamps.
// Error: LOG_KEY_NOT_VALID.
Result<void> check_log_periods(const std::vector<VerifiedEntry>& entries, const TrustedRoot& root,
                               const std::vector<VerifiedTime>& times);

// `log entry 5: what`, with the reason.
Error entry_refusal(std::string reason, const LogEntry& entry, std::string_view what);

}  // namespace chancery::bundle
