// What the journal keeps of a request, as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/deadline.h"
#include "core/base/limits/statements.h"
#include "core/crypto/digest.h"
#include "core/tlog/merkle.h"

namespace chancery::daemon {

// Stored by number: never renumbered.
// accepted -> signed -> (timestamped -> logged -> published) -> done. From `signed` on it will be
// finished; what was only accepted when the daemon stopped has failed.
enum class RequestState {
  accepted,
  signed_,
  timestamped,
  logged,
  published,
  done,
  failed,
  overdue
};
std::string_view name_of(RequestState state);

enum class RequestKind { digest, statement };  // stored by number, too

using RequestId = std::int64_t;

// Who asked for what, and which rule allowed it: written before the key is touched.
struct Acceptance {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int32_t pid = 0;
  std::string profile;
  std::string rule;
  std::string idempotency_key;
  Sha256 request_hash{};  // of everything that makes it the same request
  RequestKind kind = RequestKind::digest;
  std::string artifact;                // the client's name for it: a hint
  Digest digest;                       // what is signed: the artefact's, or the PAE's
  std::vector<Bytes> subject_digests;  // statements: to be found by; not read back
  std::string predicate_type;          // statements only
  std::string payload;  // statements only, up to limits::payload_bytes_in_journal_max
  std::optional<Sha256> payload_file;  // larger ones: a file named so, already synced
  std::string backend;
  std::string key_name;
  std::string algorithm;
  WallTime accepted_at{};
  WallTime expires_at{};  // of the idempotency key
};

// A refusal, or an error before acceptance, for the audit.
struct Refusal {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int32_t pid = 0;
  std::string method;
  std::string profile;
  std::string rule;
  std::string reason;
  std::string message;
  WallTime at{};
};

struct StoredRequest {
  RequestId id = 0;
  Acceptance acceptance;
  RequestState state = RequestState::accepted;
  Bytes signature;
  std::string verifier_spki;  // DER
  std::optional<std::uint64_t> log_index;
  std::string bundle;  // done: JSON; a payload in a file is left out ("" in its place)
  std::string failure_reason;
  std::string failure_message;
  WallTime finished_at{};
};

}  // namespace chancery::daemon
