// What each version demands of a bundle, however it came about.
#pragma once

#include "core/bundle/bundle.h"

namespace chancery::bundle {

// Error (invalid_request): BUNDLE_VERSION_UNSUPPORTED.
Result<void> check_version(std::string_view media_type);

// Errors (invalid_request): that one, BUNDLE_CHAIN_EMPTY, BUNDLE_CHAIN_NOT_ALLOWED,
// BUNDLE_TOO_MANY_CERTIFICATES, BUNDLE_TOO_MANY_LOG_ENTRIES, BUNDLE_TOO_MANY_TIMESTAMPS,
// BUNDLE_LOG_ENTRY_INCOMPLETE, BUNDLE_LOG_ENTRY_TIME_INVALID, BUNDLE_LOG_ENTRY_DUPLICATE,
// BUNDLE_PROMISE_MISSING, BUNDLE_PROOF_MISSING, BUNDLE_PROOF_TOO_LONG, BUNDLE_CHECKPOINT_MISSING,
// BUNDLE_SIGNATURE_COUNT, BUNDLE_SIGNATURE_EMPTY, BUNDLE_DIGEST_LENGTH_WRONG,
// BUNDLE_KEY_ID_MISMATCH.
Result<void> check_rules(const Bundle& bundle);

// The signature over the content, whichever it is; check_rules has passed.
ByteView signature_of(const Bundle& bundle);

}  // namespace chancery::bundle
