// Entries of Rekor v2: hashedrekord 0.0.2, a checkpoint and an inclusion proof, no time.
#pragma once

#include "core/bundle/checks/log_entries.h"

namespace chancery::bundle {

// The body is exactly what this signing gives. Answers with the algorithm it records.
// Errors (invalid_request): LOG_ENTRY_KIND_MISMATCH, LOG_ENTRY_MALFORMED,
// LOG_ENTRY_DIGEST_MISMATCH, LOG_ENTRY_SIGNATURE_MISMATCH, LOG_ENTRY_KEY_MISMATCH,
// LOG_ENTRY_ALGORITHM_MISMATCH.
Result<Algorithm> check_body_v2(const LogEntry& entry, Signing signing);

// The log's signed checkpoint covers the entry. Errors (invalid_request): those of parse_note,
// parse_checkpoint, verify_note and verify_inclusion, CHECKPOINT_ORIGIN_MISMATCH,
// CHECKPOINT_MISMATCH (the proof names another tree), PROOF_INDEX_MISMATCH.
Result<void> check_inclusion_v2(const LogEntry& entry, const TrustedLog& log, VerifiedNotes& notes);

}  // namespace chancery::bundle
