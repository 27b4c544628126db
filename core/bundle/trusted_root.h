// trusted_root.json: whom a verifier believes (sigstore.md d.4).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/deadline.h"
#include "core/tlog/note.h"

namespace chancery::bundle {

// Closed at both ends; an absent end is open.
struct ValidFor {
  WallTime start;
  std::optional<WallTime> end;
  bool contains(WallTime time) const { return start <= time && (!end || time <= *end); }
};

struct TrustedLog {
  std::string base_url;
  std::string origin;  // host of base_url: the checkpoint's signer name
  Bytes log_id;
  PublicKey key;
  Algorithm algorithm;
  ValidFor valid_for;
  std::string operator_name;
};

struct TrustedAuthority {  // a certificate or a timestamp authority
  std::string uri;
  std::vector<Bytes> chain;  // DER, leaf or issuer first, anchor last
  ValidFor valid_for;
  std::string operator_name;
};

struct TrustedRoot {
  std::vector<TrustedLog> transparency_logs;
  std::vector<TrustedLog> certificate_logs;
  std::vector<TrustedAuthority> certificate_authorities;
  std::vector<TrustedAuthority> timestamp_authorities;
};

// Errors (invalid_request): those of parse_json, and TRUSTED_ROOT_*.
Result<TrustedRoot> parse_trusted_root(std::string_view json);

// A root with only this log, as `chancery trust export` prints it.
std::string write_trusted_root(const tlog::NoteKey& log, WallTime start);

}  // namespace chancery::bundle
