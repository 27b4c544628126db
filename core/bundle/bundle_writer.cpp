// Appends to one string: no document tree, no second copy. The daemon writes a bundle for each
// signature, so this is on its hot path.
#include <charconv>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/bundle/bundle.h"

namespace chancery::bundle {
namespace {

// proto3 JSON writes 64-bit integers as text.
template <typename Number>
void append_number(std::string& out, Number number) {
  char digits[24];
  const auto result = std::to_chars(digits, digits + sizeof digits, number);
  out += '"';
  out.append(digits, result.ptr);
  out += '"';
}

void append_base64(std::string& out, ByteView bytes) {
  out += '"';
  base64_append(out, bytes);
  out += '"';
}

void append_certificate(std::string& out, const Bytes& der) {
  out += R"({"rawBytes":)";
  append_base64(out, der);
  out += '}';
}

void append_material(std::string& out, const Bundle& bundle) {
  if (const auto* key = std::get_if<KeyHint>(&bundle.verification_material)) {
    out += R"("publicKey":{"hint":)";
    append_json_string(out, key->hint);
    out += '}';
    return;
  }
  const auto& chain = std::get<CertificateChain>(bundle.verification_material);
  if (chain.is_single && chain.certificates.size() == 1) {
    out += R"("certificate":)";
    append_certificate(out, chain.certificates.front());
    return;
  }
  out += R"("x509CertificateChain":{"certificates":[)";
  for (std::size_t i = 0; i < chain.certificates.size(); ++i) {
    if (i != 0) out += ',';
    append_certificate(out, chain.certificates[i]);
  }
  out += "]}";
}

void append_proof(std::string& out, const InclusionProof& proof) {
  out += R"({"logIndex":)";
  append_number(out, proof.log_index);
  out += R"(,"rootHash":)";
  append_base64(out, proof.root_hash);
  out += R"(,"treeSize":)";
  append_number(out, proof.tree_size);
  out += R"(,"hashes":[)";
  for (std::size_t i = 0; i < proof.hashes.size(); ++i) {
    if (i != 0) out += ',';
    append_base64(out, proof.hashes[i]);
  }
  out += ']';
  if (!proof.checkpoint.empty()) {
    out += R"(,"checkpoint":{"envelope":)";
    append_json_string(out, proof.checkpoint);
    out += '}';
  }
  out += '}';
}

void append_entry(std::string& out, const LogEntry& entry) {
  out += R"({"logIndex":)";
  append_number(out, entry.log_index);
  out += R"(,"logId":{"keyId":)";
  append_base64(out, entry.log_id);
  out += R"(},"kindVersion":{"kind":)";
  append_json_string(out, entry.kind);
  out += R"(,"version":)";
  append_json_string(out, entry.version);
  out += '}';
  if (entry.integrated_time != 0) {
    out += R"(,"integratedTime":)";
    append_number(out, entry.integrated_time);
  }
  if (!entry.signed_entry_timestamp.empty()) {
    out += R"(,"inclusionPromise":{"signedEntryTimestamp":)";
    append_base64(out, entry.signed_entry_timestamp);
    out += '}';
  }
  if (entry.inclusion_proof) {
    out += R"(,"inclusionProof":)";
    append_proof(out, *entry.inclusion_proof);
  }
  out += R"(,"canonicalizedBody":)";
  append_base64(out, as_bytes(entry.canonicalized_body));
  out += '}';
}

void append_timestamps(std::string& out, const std::vector<Bytes>& timestamps) {
  out += R"(,"timestampVerificationData":{"rfc3161Timestamps":[)";
  for (std::size_t i = 0; i < timestamps.size(); ++i) {
    if (i != 0) out += ',';
    out += R"({"signedTimestamp":)";
    append_base64(out, timestamps[i]);
    out += '}';
  }
  out += "]}";
}

void append_message(std::string& out, const MessageSignature& message) {
  out += R"("messageSignature":{)";
  if (message.message_digest) {
    out += R"("messageDigest":{"algorithm":")";
    out += sigstore_name_of(message.message_digest->algorithm);
    out += R"(","digest":)";
    append_base64(out, message.message_digest->value);
    out += "},";
  }
  out += R"("signature":)";
  append_base64(out, message.signature);
  out += '}';
}

void append_envelope(std::string& out, const DsseEnvelope& envelope) {
  out += R"("dsseEnvelope":{"payload":)";
  append_base64(out, as_bytes(envelope.payload));
  out += R"(,"payloadType":)";
  append_json_string(out, envelope.payload_type);
  out += R"(,"signatures":[)";
  for (std::size_t i = 0; i < envelope.signatures.size(); ++i) {
    if (i != 0) out += ',';
    out += R"({"sig":)";
    append_base64(out, envelope.signatures[i].signature);
    if (!envelope.signatures[i].key_id.empty()) {
      out += R"(,"keyid":)";
      append_json_string(out, envelope.signatures[i].key_id);
    }
    out += '}';
  }
  out += "]}";
}

// Enough for a bundle without a large payload, so that the common case allocates once.
std::size_t expected_bytes(const Bundle& bundle) {
  const auto* envelope = std::get_if<DsseEnvelope>(&bundle.content);
  return 4096 + (envelope == nullptr ? 0 : envelope->payload.size() / 3 * 4);
}

}  // namespace

std::string write_log_entry(const LogEntry& entry) {
  std::string out;
  append_entry(out, entry);
  return out;
}

std::string write_bundle(const Bundle& bundle) {
  std::string out;
  out.reserve(expected_bytes(bundle));
  out += R"({"mediaType":)";
  append_json_string(out, bundle.media_type);
  out += R"(,"verificationMaterial":{)";
  append_material(out, bundle);
  out += R"(,"tlogEntries":[)";
  for (std::size_t i = 0; i < bundle.log_entries.size(); ++i) {
    if (i != 0) out += ',';
    append_entry(out, bundle.log_entries[i]);
  }
  out += ']';
  if (!bundle.timestamps.empty()) append_timestamps(out, bundle.timestamps);
  out += "},";
  if (const auto* message = std::get_if<MessageSignature>(&bundle.content)) {
    append_message(out, *message);
  } else {
    append_envelope(out, std::get<DsseEnvelope>(bundle.content));
  }
  out += '}';
  return out;
}

}  // namespace chancery::bundle
