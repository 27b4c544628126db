// What a verifier found: every check that held, and the one that did not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bundle/statement.h"
#include "core/crypto/x509/fulcio.h"

namespace chancery::bundle {

struct Check {
  std::string name;    // "transparency log"
  std::string detail;  // what was looked at
};

// Where the signature is recorded.
struct LogPlace {
  std::string origin;  // the log's name
  // What the log counts it as. A Rekor v1 counts over all its shards, and only its promise vouches
  // for that number: nothing where the entry has none.
  std::optional<std::uint64_t> index;
};

// When it existed already, and who says so.
struct VerifiedTime {
  WallTime time;
  std::string source;  // the log's or authority's URL, or what its certificate names
  bool is_timestamp;   // RFC 3161; otherwise a log's promise
};

// What is in it is believed only where it is verified.
struct Verdict {
  std::vector<Check> passed;                  // in order
  std::string failed_check;                   // its name; empty: verified
  std::optional<Error> refusal;               // reason and offending value; nothing: verified
  std::optional<CertificateIdentity> signer;  // of a certificate
  std::vector<VerifiedTime> times;
  std::vector<LogPlace> logs;
  std::optional<Statement> statement;
  bool verified() const { return !refusal.has_value(); }
  // Neither verified nor found wanting: it is over more of the artefact than the caller knew, or
  // leads to an authority of whose certificates the trusted root has no good copy.
  bool undecided() const {
    return refusal && (refusal->reason == "ARTIFACT_DIGEST_MISSING" ||
                       refusal->reason == "ARTIFACT_CONTENT_MISSING" ||
                       refusal->reason == "TRUSTED_ROOT_CERTIFICATE_MALFORMED");
  }
};

}  // namespace chancery::bundle
