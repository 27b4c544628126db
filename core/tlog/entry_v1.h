// The entries of Rekor v1: hashedrekord 0.0.1, dsse 0.0.1 and intoto 0.0.2. Read only.
#pragma once

#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/crypto/digest.h"

namespace chancery::tlog {

struct EntryV1 {
  bool is_envelope = false;  // dsse and intoto
  Digest digest;             // of the artefact (hashedrekord), or of the envelope's payload
  Bytes signature;
  Bytes verifier;  // DER of the PEM that is recorded, of a chain its first
  bool is_certificate = false;
  std::optional<std::string> payload_type;  // intoto
};

// Whether an entry of this kind and version is read here.
bool is_entry_v1(std::string_view kind, std::string_view version);

// The body must say the same kind and version. Errors (invalid_request): those of parse_json,
// ENTRY_MALFORMED, ENTRY_KIND_UNSUPPORTED, ENTRY_SIGNATURE_COUNT (an envelope has one).
Result<EntryV1> parse_entry_v1(std::string_view body, std::string_view kind,
                               std::string_view version);

}  // namespace chancery::tlog
