// trusted_root.json: whom a verifier believes (sigstore.md d.4).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/deadline.h"
#include "core/base/on_demand.h"
#include "core/crypto/x509/certificate.h"
#include "core/tlog/note.h"

namespace chancery::bundle {

class ProtoObject;

// Closed at both ends; what is absent is open.
struct ValidFor {
  WallTime start = WallTime::min();
  std::optional<WallTime> end;
  bool contains(WallTime time) const { return start <= time && (!end || time <= *end); }
  std::string words() const;  // "from 2026-01-01T00:00:00Z on"
};

// The field validFor of `owner`. Errors: X_TIME_INVALID, and those of proto_json.h.
Result<ValidFor> read_valid_for(const ProtoObject& owner);
// The same of what must have a start. Error: X_START_MISSING too.
Result<ValidFor> read_valid_from_start(const ProtoObject& owner);

struct TrustedLog {
  std::string base_url;
  Bytes log_id;
  PublicKey key;
  Algorithm algorithm;
  ValidFor valid_for;
  std::string operator_name;
  // What signs its checkpoints, under the host of base_url; nothing where base_url names no host.
  std::optional<tlog::NoteKey> note_key;
};

// A log whose key is of a type that is not read here.
struct UnreadLog {
  std::string base_url;
  Bytes log_id;
  std::string key_details;  // PKIX_..., as the root says
};

struct TrustedAuthority {  // a certificate or a timestamp authority
  std::string uri;
  // Leaf or issuer first, anchor last; never empty. Decoded when the first signature leads there:
  // that takes most of the time in which a root is read, and few of them are asked for.
  OnDemand<std::vector<Certificate>> chain;
  ValidFor valid_for;
  std::string operator_name;
  // For people: its address, or where the root gives none whom its first certificate names.
  std::string words() const;
};

struct TrustedRoot {
  std::vector<TrustedLog> transparency_logs;
  std::vector<TrustedLog> certificate_logs;
  std::vector<TrustedAuthority> certificate_authorities;
  std::vector<TrustedAuthority> timestamp_authorities;
  std::vector<UnreadLog> unread_logs = {};  // of both kinds; nothing of theirs is verified
};

// Reads versions 0.1 and 0.2. Entries of the future and of the past, overlapping or with keys of a
// type unknown here (unread_logs) are normal. Errors (invalid_request): those of parse_json,
// TRUSTED_ROOT_IS_ANOTHER_FILE, TRUSTED_ROOT_VERSION_UNSUPPORTED, TRUSTED_ROOT_START_MISSING (a log
// key without start), TRUSTED_ROOT_HASH_UNSUPPORTED, TRUSTED_ROOT_KEY_MALFORMED,
// TRUSTED_ROOT_LOG_ID_MISSING, TRUSTED_ROOT_TIME_INVALID, TRUSTED_ROOT_CHAIN_EMPTY, and those of
// proto_json.h.
Result<TrustedRoot> parse_trusted_root(std::string_view json);

// Decodes all chains now, for whoever keeps a root. Error (invalid_request), as of the chain
// itself: TRUSTED_ROOT_CERTIFICATE_MALFORMED.
Result<void> check_chains(const TrustedRoot& root);

// A root with only this log, as `chancery trust export` prints it: cosign 3.1.3 and
// @sigstore/verify 4.1.3 take its host for the log's name, so `log.name()` is a host without port
// or path.
std::string write_trusted_root(const tlog::NoteKey& log, WallTime start);

}  // namespace chancery::bundle
