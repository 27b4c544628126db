// What the journal keeps of a request, as values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/audit/record.h"
#include "core/base/deadline.h"
#include "core/base/limits/statements.h"
#include "core/crypto/digest.h"
#include "core/tlog/merkle.h"

namespace chancery::daemon {

// Stored by number: never renumbered.
// accepted -> signed -> (timestamped -> logged -> published) -> done. From `signed` on it will be
// finished; what was only accepted when the daemon stopped has failed. `overdue` has left, and its
// logs have missed its deadline; it goes on as one that is timestamped.
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

// Where the process of whoever asked came from, as far as it is known. For the audit, not read
// back.
struct Origin {
  std::string unit = {};        // system unit
  std::string invocation = {};  // of the unit
  std::string container = {};
  std::string executable = {};
};

// Who asked for what, and which rule allowed it: written before the key is touched.
struct Acceptance {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int32_t pid = 0;
  Origin origin = {};
  std::string profile;
  std::string rule;
  std::string policy = {};  // the rules' hash; for the audit, not read back
  std::string idempotency_key;
  Sha256 request_hash{};  // of everything that makes it the same request
  RequestKind kind = RequestKind::digest;
  std::string artifact;                // the client's name for it: a hint
  Digest digest;                       // what is signed: the artefact's, or the PAE's
  std::vector<Bytes> subject_digests;  // statements: to be found by; not read back
  std::string predicate_type;          // statements only
  std::string payload;    // statements only, up to limits::payload_bytes_in_journal_max
  std::string plan = {};  // which services elsewhere have a part in it; empty: none
  std::optional<Sha256> payload_file;  // larger ones: a file named so, already synced
  std::string backend;
  std::string key_name;
  std::string algorithm;
  WallTime accepted_at{};
  WallTime expires_at{};  // of the idempotency key
  // By when its logs elsewhere must have it, where it leaves before; none: it waits for them.
  std::optional<WallTime> record_by = std::nullopt;
};

// A refusal, or an error before acceptance, for the audit.
struct Refusal {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int32_t pid = 0;
  Origin origin = {};
  std::string method = {};
  std::string profile = {};
  std::string rule = {};
  std::string policy = {};  // the rules' hash; for the audit, not read back; so too below
  // What was to be signed: a digest, or a statement about these subjects.
  std::optional<Digest> digest = std::nullopt;
  std::vector<Bytes> subject_digests = {};
  std::string predicate_type = {};
  std::string artifact = {};
  std::string reason = {};
  std::string message = {};
  WallTime at{};
};

// Refusals of one user that came too fast for a record each.
struct CountedRefusals {
  std::uint32_t uid = 0;
  std::uint64_t count = 0;
  WallTime from{};
  WallTime to{};
  std::map<std::string, std::uint64_t> reasons = {};  // how many of each
};

// What is stopped, and which certificates belong to which key. `subject` is "profile:NAME" or
// "key:BACKEND:NAME".
struct Stopped {
  std::string subject;
};
struct Resumed {
  std::string subject;
};
struct Certified {
  std::string subject;
  std::string chain;  // PEM, the key's own first
};
struct Removed {  // nothing that was known of it holds for a later one of the same name
  std::string subject;
};
using Effect = std::variant<std::monostate, Stopped, Resumed, Certified, Removed>;

// What an administrator did, and what it changed here: in one commit. An act on a device has a row
// when it begins and one when it has ended.
struct Act {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int32_t pid = 0;
  Origin origin = {};
  std::string rule = {};     // that allows it; for the audit, not read back; so too below
  std::string policy = {};   // the rules' hash
  std::string method = {};   // "Keys.MakeKey"
  std::string subject = {};  // as above; of a reload "policy:" and the hash of the new rules
  std::string outcome = {};  // "begun", "done", or the reason why not
  std::string message = {};
  WallTime at{};
  Effect effect = {};
};

// All that acts have changed and that still holds.
struct Standings {
  std::set<std::string> stopped;                    // subjects
  std::map<std::string, std::string> certificates;  // by subject
};

// What came of a step in the end, for the audit; not read back.
struct Stamped {
  WallTime time{};  // that the authority says
};
struct Recorded {
  Bytes log_id;
  std::uint64_t log_index = 0;
  tlog::Hash leaf{};
  std::string_view outcome;  // a literal, of those that docs/audit.md names
  std::optional<std::uint64_t> duplicate = std::nullopt;
};
using StepOutcome = std::variant<std::monostate, Stamped, Recorded>;
// The journal's setting that counts the duplicates which logs have made; absent: none has.
inline constexpr std::string_view log_duplicates_setting = "log_duplicates";

// How far one service elsewhere is with a request.
struct RemoteStep {
  std::string destination;       // "log:public", "timestamp:internal"
  std::uint32_t attempts = 0;    // written before each one is sent
  std::uint64_t noted_size = 0;  // of the log before the first: from where to look for the entry
  Bytes answer;                  // verified; empty: none yet
  StepOutcome outcome = {};      // of that answer
};
// Whether it is done there.
bool has_answered(const std::vector<RemoteStep>& steps, std::string_view destination);

// What it did instead of what it was asked for.
struct RemoteTrouble {
  std::string destination;
  audit::TroubleKind kind = audit::TroubleKind::in_doubt;
  Error error;
};

// Signatures that have left before their logs had them (Acceptance::record_by).
struct Released {
  std::size_t unrecorded = 0;
  std::size_t overdue = 0;                          // of those
  std::map<std::string, std::size_t> awaited = {};  // by destination: those it has yet to record
};

struct StoredRequest {
  RequestId id = 0;
  Acceptance acceptance;
  RequestState state = RequestState::accepted;
  Bytes signature;
  std::string verifier_spki;  // DER
  std::optional<std::uint64_t> log_index;
  std::string bundle;              // done: JSON; a payload in a file is left out ("" in its place)
  bool is_bundle_damaged = false;  // what lies there is not what was archived, and is left out
  std::string failure_reason;
  std::string failure_message;
  WallTime finished_at{};
};

// Whether what was asked for before under an idempotency key answers who asks under it now. Not
// where the key has expired; nor where it failed: nothing was signed, and it may be tried anew.
// Error: invalid_request IDEMPOTENCY_KEY_REUSED, it belongs to another request.
Result<bool> answers(const StoredRequest& earlier, const Sha256& request_hash, WallTime now);

}  // namespace chancery::daemon
