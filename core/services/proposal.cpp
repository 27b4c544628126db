#include "core/services/proposal.h"

#include <fmt/format.h>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/base/limits/services.h"
#include "core/crypto/pem.h"

namespace chancery::services {
namespace {

// The record of a Rekor v2 entry is the request's, under other names.
std::string request_v2(const tlog::HashedRekord& record) {
  return fmt::format(R"({{"hashedRekordRequestV002":{{"digest":"{}","signature":{{"content":"{}",)"
                     R"("verifier":{{"keyDetails":"{}","{}":{{"rawBytes":"{}"}}}}}}}}}})",
                     base64_encode(record.digest.value), base64_encode(record.signature),
                     key_details_of(record.algorithm),
                     record.is_certificate ? "x509Certificate" : "publicKey",
                     base64_encode(record.verifier));
}

// Rekor v1 keeps PEM, in base64.
std::string verifier_v1(const tlog::HashedRekord& record) {
  const std::string pem =
      write_pem(record.is_certificate ? "CERTIFICATE" : "PUBLIC KEY", record.verifier);
  return base64_encode(as_bytes(pem));
}

std::string hash_v1(std::string_view bytes) {
  return fmt::format(R"({{"algorithm":"sha256","value":"{}"}})",
                     hex_encode(sha256(as_bytes(bytes))));
}

std::string envelope_text(const bundle::DsseEnvelope& envelope) {
  std::string text = R"({"payload":")";
  base64_append(text, as_bytes(envelope.payload));
  text += R"(","payloadType":)";
  append_json_string(text, envelope.payload_type);
  text += R"(,"signatures":[{"sig":")";
  base64_append(text, envelope.signatures.front().signature);
  text += R"("}]})";
  return text;
}

}  // namespace

Result<Proposal> propose_v2(const tlog::HashedRekord& record) {
  std::string body = TRY(tlog::canonical_body(record));
  return Proposal{request_v2(record), "hashedrekord", "0.0.2", std::move(body)};
}

Result<Proposal> propose_v1(const tlog::HashedRekord& record) {
  // The request is the entry: Rekor v1 gives back what it was sent, in this very form (RFC 8785).
  std::string body =
      fmt::format(R"({{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{{"data":{{"hash":{{)"
                  R"("algorithm":"{}","value":"{}"}}}},"signature":{{"content":"{}","publicKey":{{)"
                  R"("content":"{}"}}}}}}}})",
                  name_of(record.digest.algorithm), hex_encode(record.digest.value),
                  base64_encode(record.signature), verifier_v1(record));
  return Proposal{body, "hashedrekord", "0.0.1", body};
}

Result<Proposal> propose_envelope_v1(const tlog::HashedRekord& record,
                                     const bundle::DsseEnvelope& envelope) {
  CHANCERY_ASSERT(envelope.signatures.size() == 1);
  const std::string text = envelope_text(envelope);
  const std::string verifier = verifier_v1(record);
  Proposal proposal;
  proposal.kind = "dsse";
  proposal.version = "0.0.1";
  proposal.request =
      R"({"apiVersion":"0.0.1","kind":"dsse","spec":{"proposedContent":{"envelope":)";
  append_json_string(proposal.request, text);
  proposal.request += fmt::format(R"(,"verifiers":["{}"]}}}}}})", verifier);
  if (proposal.request.size() > limits::log_request_bytes_max) {
    return invalid_request("ENTRY_TOO_LARGE",
                           fmt::format("the envelope makes a request of {} bytes to the log, at "
                                       "most {} are sent",
                                       proposal.request.size(), limits::log_request_bytes_max));
  }
  proposal.body = fmt::format(R"({{"apiVersion":"0.0.1","kind":"dsse","spec":{{"envelopeHash":{},)"
                              R"("payloadHash":{},"signatures":[{{"signature":"{}",)"
                              R"("verifier":"{}"}}]}}}})",
                              hash_v1(text), hash_v1(envelope.payload),
                              base64_encode(record.signature), verifier);
  return proposal;
}

}  // namespace chancery::services
