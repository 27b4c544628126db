// What a log is asked to record, and the entry that must come of it.
#pragma once

#include <string>

#include "core/bundle/bundle.h"
#include "core/tlog/entry.h"

namespace chancery::services {

struct Proposal {
  std::string request;  // JSON, the body of a POST to the log
  // The entry, byte for byte as the log keeps and hashes it: what it must give back.
  std::string kind;
  std::string version;
  std::string body;

  tlog::Hash leaf() const { return tlog::leaf_hash(as_bytes(body)); }
};

// hashedrekord 0.0.2 for Rekor v2, which records envelopes so too (by their PAE digest).
// Error: invalid_request ENTRY_TOO_LARGE.
Result<Proposal> propose_v2(const tlog::HashedRekord& record);

// hashedrekord 0.0.1 for Rekor v1. Error: the same.
Result<Proposal> propose_v1(const tlog::HashedRekord& record);

// dsse 0.0.1 for Rekor v1: an envelope with one signature, `record` saying by which key or
// certificate. Error: the same (over limits::log_request_bytes_max).
Result<Proposal> propose_envelope_v1(const tlog::HashedRekord& record,
                                     const bundle::DsseEnvelope& envelope);

}  // namespace chancery::services
