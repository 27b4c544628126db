// What transparency logs say about the signature.
#pragma once

#include "core/bundle/checks/signed_content.h"
#include "core/bundle/checks/signer.h"

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
  Algorithm algorithm;  // as recorded
};

// Every entry of a known log must hold; those of unknown logs are left out, but enough must remain.
// Errors (invalid_request): LOG_ENTRY_MISSING, LOG_UNKNOWN, LOG_THRESHOLD_NOT_MET,
// LOG_ENTRY_KIND_UNSUPPORTED, and those of log_v2.h.
Result<std::vector<VerifiedEntry>> check_log_entries(const Bundle& bundle, Signing signing,
                                                     const TrustedRoot& root, unsigned entries_min,
                                                     VerifiedNotes& notes);

}  // namespace chancery::bundle
