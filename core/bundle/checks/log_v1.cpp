#include "core/bundle/checks/log_v1.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/bundle/checks/recorded.h"
#include "core/tlog/entry_v1.h"

namespace chancery::bundle {
namespace {

Result<tlog::EntryV1> read_body(const LogEntry& entry) {
  auto body = tlog::parse_entry_v1(entry.canonicalized_body, entry.kind, entry.version);
  if (body.ok()) return body;
  const bool other_kind = body.error().reason == "ENTRY_KIND_UNSUPPORTED";
  return entry_refusal(other_kind ? "LOG_ENTRY_KIND_MISMATCH" : "LOG_ENTRY_MALFORMED", entry,
                       body.error().message);
}

// Of the payload where the log knew the envelope, otherwise of what is signed.
Result<Digest> recorded_thing(const tlog::EntryV1& body, Signing signing) {
  if (!body.is_envelope) return signing.content.digest(body.digest.algorithm);
  return digest(body.digest.algorithm, as_bytes(signing.content.envelope()->payload));
}

// A hashedrekord's digest is the one that was signed, so it fixes the hash, and a log cannot have
// verified pure Ed25519 with it.
std::vector<Scheme> schemes_of(const tlog::EntryV1& body, Signing signing) {
  std::vector<Scheme> schemes = possible_schemes(signing.signer.key);
  if (body.is_envelope) return schemes;
  std::erase_if(schemes, [&body](const Scheme& scheme) {
    return scheme.hash != body.digest.algorithm || takes_message(scheme.algorithm);
  });
  return schemes;
}

}  // namespace

Result<std::vector<Scheme>> check_body_v1(const LogEntry& entry, Signing signing) {
  const tlog::EntryV1 body = TRY(read_body(entry));
  const DsseEnvelope* envelope = signing.content.envelope();
  if (body.is_envelope && envelope == nullptr) {
    return entry_refusal("LOG_ENTRY_KIND_MISMATCH", entry,
                         "it records an envelope, the bundle has a signature of the artefact");
  }
  TRY(check_recorded(entry, {body.is_certificate, body.verifier, body.signature}, signing));
  if (body.payload_type && *body.payload_type != envelope->payload_type) {
    return entry_refusal(
        "LOG_ENTRY_PAYLOAD_TYPE_MISMATCH", entry,
        fmt::format("it records a payload of type \"{}\"", body.payload_type->substr(0, 120)));
  }
  std::vector<Scheme> schemes = schemes_of(body, signing);
  if (schemes.empty()) {
    return entry_refusal("LOG_ENTRY_ALGORITHM_MISMATCH", entry,
                         fmt::format("it records a {} digest, which is not how this key signs",
                                     name_of(body.digest.algorithm)));
  }
  const Digest known = TRY(recorded_thing(body, signing));
  TRY(check_recorded_digest(entry, body.digest, known));
  return schemes;
}

}  // namespace chancery::bundle
