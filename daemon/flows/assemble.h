// A bundle from its parts, and the form in which the archive keeps it.
#pragma once

#include <string>

#include "core/bundle/bundle.h"
#include "daemon/flows/asked.h"
#include "daemon/local_log/local_log.h"

namespace chancery::daemon {

struct BundleParts {
  const Bytes& signature;
  const Bytes& spki;
  const Digest& signed_digest;
  const Asked& asked;
  std::vector<bundle::LogEntry> entries;
  std::vector<Bytes> timestamps;
};

bundle::Bundle assemble(BundleParts parts);

// A signed in-toto statement.
bundle::DsseEnvelope envelope_of(std::string statement, Bytes signature);

// The entry in our own log.
bundle::LogEntry own_entry(const std::string& body, const Inclusion& inclusion,
                           const Sha256& log_id);

// The JSON that the archive keeps. A payload that lies in a file of its own is left out.
std::string archived_form(bundle::Bundle bundle, bool payload_in_file);

// An archived bundle without its payload, cut where the payload's base64 belongs.
struct SplitBundle {
  std::string_view before;
  std::string_view after;
};
// Error: corrupt ARCHIVED_BUNDLE_DAMAGED.
Result<SplitBundle> split_at_payload(std::string_view archived);

}  // namespace chancery::daemon
