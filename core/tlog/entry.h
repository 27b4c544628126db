// hashedrekord 0.0.2: the one entry kind of Rekor v2 that is left (sigstore.md b.1).
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/crypto/algorithm.h"
#include "core/crypto/digest.h"

namespace chancery::tlog {

struct HashedRekord {
  Digest digest;
  Bytes signature;
  Algorithm algorithm;
  Bytes verifier;               // SPKI DER, or certificate DER
  bool is_certificate = false;  // which of the two
};

// RFC 8785 form, as the log stores and hashes it. Error: ENTRY_TOO_LARGE (over 65,535 bytes).
Result<std::string> canonical_body(const HashedRekord& entry);
// Errors: ENTRY_MALFORMED, ENTRY_KIND_UNSUPPORTED. Round-trips: canonical_body(parse(b)) == b.
Result<HashedRekord> parse_hashed_rekord(std::string_view body);

}  // namespace chancery::tlog
