// What the audit says of each decision and each outcome: one line of canonical JSON a record.
// docs/audit.md is the specification. Pure; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/deadline.h"
#include "core/base/result.h"
#include "core/crypto/digest.h"

namespace chancery::audit {

// The kernel's word on who asked. Views throughout: an event lives while it is written.
struct Who {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int32_t pid = 0;
  // Where that process came from, as far as that is known.
  std::string_view unit = {};
  std::string_view invocation = {};
  std::string_view container = {};
  std::string_view executable = {};
};

// The journal was opened: the daemon started.
struct Opened {
  std::string_view instance;
  std::string_view policy;  // the rules' hash, in hexadecimal
};

// A request was accepted, before its key was touched.
struct Allowed {
  Who who;
  std::string_view method;
  std::string_view profile;
  std::string_view rule;
  std::string_view policy;
  std::string_view backend;
  std::string_view key;
  std::string_view algorithm;
  const Digest& digest;             // what is signed
  std::span<const Bytes> subjects;  // of a statement
  std::string_view predicate_type;
  std::string_view artifact;
  std::string_view receipt;
};

struct Signed {
  std::string_view receipt;
  ByteView signature;  // its SHA-256 is kept
  std::uint64_t log_index = 0;
};

// A timestamp authority elsewhere has dated the signature. A destination is a service as the
// journal names it: "timestamp:internal", "log:public".
struct Timestamped {
  std::string_view receipt;
  std::string_view destination;
  WallTime time{};  // that the authority says
};

// A log elsewhere has the signature, and has proven that.
struct Recorded {
  std::string_view receipt;
  std::string_view destination;
  ByteView log_id;  // as trusted_root.json has it
  std::uint64_t log_index = 0;
  Sha256 leaf{};
  // "added"; where it was asked more than once "found" by looking, "resent", or "duplicate".
  std::string_view outcome;
  std::optional<std::uint64_t> duplicate;  // of the entry that is not referred to
};

// What a service elsewhere did instead: its log may have the signature and has not said so, will
// not have it, or the answer was not to be believed. Stored by number: never renumbered.
enum class TroubleKind { in_doubt, refused, alarm };
// Told once of each kind, however often it is tried.
struct Trouble {
  TroubleKind kind = TroubleKind::in_doubt;
  std::string_view receipt;
  std::string_view destination;
  std::string_view reason;
  std::string_view message;
};

// The bundle was verified and archived: from here on it may be handed out.
struct Done {
  std::string_view receipt;
};

// It has left before its logs elsewhere had it, and they have missed its deadline.
struct Overdue {
  std::string_view receipt;
};

struct Failed {
  std::string_view receipt;
  std::string_view reason;
  std::string_view message;
};

struct Refused {
  Who who;
  std::string_view method;
  std::string_view profile;
  std::string_view rule;  // the nearest
  std::string_view policy;
  // What was to be signed, as far as it had been read.
  std::optional<Digest> digest = std::nullopt;
  std::span<const Bytes> subjects = {};
  std::string_view predicate_type = {};
  std::string_view artifact = {};
  std::string_view reason;
  std::string_view message;
};

// Refusals of one user above the rate at which each gets a record of its own.
struct RefusedMany {
  std::uint32_t uid = 0;
  std::uint64_t count = 0;
  WallTime from{};
  WallTime to{};
  const std::map<std::string, std::uint64_t>& reasons;
};

// What an administrator did or tried.
struct Act {
  Who who;
  std::string_view method;
  std::string_view subject;
  std::string_view rule;
  std::string_view policy;
  std::string_view outcome;
  std::string_view message;
};

// Records up to `last` were deleted, because they were older than the audit is kept; the signed
// head over them stays.
struct Forgotten {
  std::uint64_t last = 0;
};

using Event = std::variant<Opened, Allowed, Signed, Timestamped, Recorded, Trouble, Done, Overdue,
                           Failed, Refused, RefusedMany, Act, Forgotten>;

// Members in the order of docs/audit.md; an empty text is left out; no white space. What is not
// UTF-8 comes as hexadecimal.
std::string write_record(std::uint64_t number, WallTime at, const Event& event);

// What every record begins with.
struct Stamp {
  std::uint64_t number = 0;
  WallTime at{};
  std::string_view event;       // in the record
  std::uint64_t forgotten = 0;  // of "forgotten": its `last`
};
// Error: invalid_request AUDIT_RECORD_MALFORMED.
Result<Stamp> read_stamp(std::string_view record);

}  // namespace chancery::audit
