// What a log entry says was signed, and by whom: the same questions for both generations of Rekor.
#pragma once

#include "core/bundle/checks/log_entries.h"

namespace chancery::bundle {

struct Recorded {
  bool is_certificate;
  ByteView verifier;  // DER of the certificate, or of the key's SPKI
  ByteView signature;
};

// It is this signing's. Errors (invalid_request): LOG_ENTRY_KEY_MISMATCH,
// LOG_ENTRY_SIGNATURE_MISMATCH.
Result<void> check_recorded(const LogEntry& entry, const Recorded& recorded, Signing signing);

// Error (invalid_request): LOG_ENTRY_DIGEST_MISMATCH.
Result<void> check_recorded_digest(const LogEntry& entry, const Digest& recorded,
                                   const Digest& known);

}  // namespace chancery::bundle
