// What a caller asked for, read and bounded: nothing in it is believed further than that.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chancery/v1/signer.pb.h"
#include "core/crypto/digest.h"
#include "daemon/journal/records.h"

namespace chancery::daemon {

struct Asked {
  std::string profile;
  std::string idempotency_key;
  RequestKind kind = RequestKind::digest;
  // Of the artefact. For a statement: of a subject, with which the finished bundle is verified.
  Digest artifact_digest;
  std::string artifact;                    // digests only: the caller's name for it
  std::string statement;                   // statements only: the payload, byte for byte
  std::string predicate_type;              // statements only
  std::vector<std::string> subject_names;  // statements only: for the rules
  std::vector<Bytes> subject_digests;      // statements only: to be found by
  std::shared_ptr<void> reservation;       // the memory that a statement takes from others
};

// Errors (invalid_request): PROFILE_NAME_INVALID, IDEMPOTENCY_KEY_INVALID, HASH_ALGORITHM_UNKNOWN,
// DIGEST_MISSING, DIGEST_LENGTH_WRONG, ARTIFACT_NAME_INVALID.
Result<Asked> read_sign_request(const v1::SignRequest& request);
// The same for names; and those of bundle::parse_statement, and STATEMENT_NO_USABLE_DIGEST.
Result<Asked> read_statement(const std::string& profile, std::string idempotency_key,
                             std::string statement);
// What a request that names no profile means.
inline constexpr std::string_view default_profile = "default";

Result<void> check_profile_name(std::string_view profile);
// The checks on names alone, before a stream's data arrive.
Result<void> check_names(std::string_view profile, std::string_view idempotency_key);

// Everything that makes two requests the same one.
Sha256 request_hash(const Asked& asked);

}  // namespace chancery::daemon
