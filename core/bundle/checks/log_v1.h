// Entries of Rekor v1: hashedrekord 0.0.1, dsse 0.0.1 and intoto 0.0.2.
#pragma once

#include "core/bundle/checks/log_entries.h"

namespace chancery::bundle {

// What the body records is this signing: key or certificate, signature, digest. Answers with the
// schemes that fit its digest. Errors (invalid_request): LOG_ENTRY_KIND_MISMATCH,
// LOG_ENTRY_MALFORMED, LOG_ENTRY_DIGEST_MISMATCH, LOG_ENTRY_SIGNATURE_MISMATCH,
// LOG_ENTRY_KEY_MISMATCH, LOG_ENTRY_ALGORITHM_MISMATCH, LOG_ENTRY_PAYLOAD_TYPE_MISMATCH.
Result<std::vector<Scheme>> check_body_v1(const LogEntry& entry, Signing signing);

}  // namespace chancery::bundle
