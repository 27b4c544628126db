// A log's signed checkpoint covers the entry.
#pragma once

#include "core/bundle/checks/log_entries.h"

namespace chancery::bundle {

// The generations of Rekor name and count their trees differently.
enum class LogGeneration { v1, v2 };

// Errors (invalid_request): those of parse_note, parse_checkpoint, verify_note and
// verify_inclusion, CHECKPOINT_ORIGIN_MISMATCH, CHECKPOINT_MISMATCH (the proof names another tree),
// PROOF_INDEX_MISMATCH.
Result<void> check_inclusion(const LogEntry& entry, const TrustedLog& log, LogGeneration generation,
                             VerifiedNotes& notes);

}  // namespace chancery::bundle
