// Judges a bundle: offline, in the order of sigstore.md g, each refusal with its own reason.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/bundle/bundle.h"
#include "core/bundle/statement.h"
#include "core/bundle/trusted_root.h"

namespace chancery::bundle {

// What the caller expects; later also an identity (its own issue).
struct Policy {
  std::optional<PublicKey> key;
  unsigned log_entries_min = 1;
};

struct Check {
  std::string name;    // "checkpoint signature"
  std::string detail;  // what was looked at
};

struct Verdict {
  std::vector<Check> passed;     // in order
  std::optional<Error> refusal;  // reason and offending value; nothing: verified
  std::optional<Statement> statement;
  std::string log_origin;
  std::uint64_t log_index = 0;
  bool verified() const { return !refusal.has_value(); }
};

// `artifact` is the digest of the artefact (for DSSE: a subject's). Never throws, no I/O.
Verdict verify(const Bundle& bundle, const Digest& artifact, const TrustedRoot& root,
               const Policy& policy);

}  // namespace chancery::bundle
