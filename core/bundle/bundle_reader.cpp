#include <algorithm>
#include <array>

#include "core/base/limits/bundles.h"
#include "core/bundle/bundle_rules.h"
#include "core/bundle/checks/other_file.h"
#include "core/bundle/proto_json.h"

namespace chancery::bundle {
namespace {

// HashAlgorithm of Sigstore's common messages, by number; ours count from the first that is named.
constexpr std::array<std::string_view, 4> hint_hash_names = {"", "SHA2_256", "SHA2_384",
                                                             "SHA2_512"};

const std::initializer_list<std::string_view> log_entry_fields = {
    "logIndex",         "logId",          "kindVersion",      "integratedTime",
    "inclusionPromise", "inclusionProof", "canonicalizedBody"};

Result<tlog::Hash> read_hash(const ProtoObject& place, const Bytes& bytes) {
  tlog::Hash hash;
  if (bytes.size() != hash.size()) {
    return place.error("HASH_LENGTH_WRONG", "hashes", "a SHA-256 hash has 32 bytes");
  }
  std::ranges::copy(bytes, hash.begin());
  return hash;
}

Result<InclusionProof> read_proof(const ProtoObject& json) {
  InclusionProof proof;
  proof.log_index = TRY(json.index("logIndex"));
  proof.root_hash = TRY(json.bytes("rootHash"));
  proof.tree_size = TRY(json.index("treeSize"));
  for (const Bytes& hash : TRY(json.bytes_list("hashes"))) {
    proof.hashes.push_back(TRY(read_hash(json, hash)));
  }
  const auto checkpoint = TRY(json.object("checkpoint", {"envelope"}));
  if (checkpoint) proof.checkpoint = TRY(checkpoint->text("envelope"));
  return proof;
}

Result<LogEntry> read_entry(const ProtoObject& json) {
  LogEntry entry;
  entry.log_index = TRY(json.index("logIndex"));
  const ProtoObject log_id = TRY(json.required("logId", {"keyId"}));
  entry.log_id = TRY(log_id.bytes("keyId"));
  const ProtoObject kind = TRY(json.required("kindVersion", {"kind", "version"}));
  entry.kind = TRY(kind.text("kind"));
  entry.version = TRY(kind.text("version"));
  entry.integrated_time = static_cast<std::int64_t>(TRY(json.index("integratedTime")));
  const auto promise = TRY(json.object("inclusionPromise", {"signedEntryTimestamp"}));
  if (promise) entry.signed_entry_timestamp = TRY(promise->bytes("signedEntryTimestamp"));
  const auto proof = TRY(
      json.object("inclusionProof", {"logIndex", "rootHash", "treeSize", "hashes", "checkpoint"}));
  if (proof) entry.inclusion_proof = TRY(read_proof(*proof));
  const Bytes body = TRY(json.bytes("canonicalizedBody"));
  entry.canonicalized_body = to_text(body);
  return entry;
}

Result<CertificateChain> read_chain(const ProtoObject& json) {
  CertificateChain chain{{}, false};
  for (const ProtoObject& certificate : TRY(json.objects("certificates", {"rawBytes"}))) {
    chain.certificates.push_back(TRY(certificate.bytes("rawBytes")));
  }
  return chain;
}

Result<void> read_material(const ProtoObject& json, Bundle& bundle) {
  const auto key = TRY(json.object("publicKey", {"hint"}));
  const auto chain = TRY(json.object("x509CertificateChain", {"certificates"}));
  const auto certificate = TRY(json.object("certificate", {"rawBytes"}));
  if (int{key.has_value()} + int{chain.has_value()} + int{certificate.has_value()} != 1) {
    return json.error(
        "MATERIAL_COUNT", "publicKey",
        "exactly one of publicKey, x509CertificateChain and certificate must be there");
  }
  if (key) bundle.verification_material = KeyHint{TRY(key->text("hint"))};
  if (chain) bundle.verification_material = TRY(read_chain(*chain));
  if (certificate) {
    bundle.verification_material = CertificateChain{{TRY(certificate->bytes("rawBytes"))}, true};
  }
  for (const ProtoObject& entry : TRY(json.objects("tlogEntries", log_entry_fields))) {
    bundle.log_entries.push_back(TRY(read_entry(entry)));
  }
  const auto times = TRY(json.object("timestampVerificationData", {"rfc3161Timestamps"}));
  if (!times) return {};
  for (const ProtoObject& time : TRY(times->objects("rfc3161Timestamps", {"signedTimestamp"}))) {
    bundle.timestamps.push_back(TRY(time.bytes("signedTimestamp")));
  }
  return {};
}

Result<MessageSignature> read_message(const ProtoObject& json) {
  MessageSignature message;
  const auto hint = TRY(json.object("messageDigest", {"algorithm", "digest"}));
  if (hint) {
    const std::size_t number = TRY(hint->enumeration("algorithm", hint_hash_names));
    if (number == 0) return hint->error("FIELD_MISSING", "algorithm", "must be given");
    message.message_digest =
        Digest{static_cast<HashAlgorithm>(number - 1), TRY(hint->bytes("digest"))};
  }
  message.signature = TRY(json.bytes("signature"));
  return message;
}

Result<DsseEnvelope> read_envelope(const ProtoObject& json) {
  DsseEnvelope envelope;
  envelope.payload_type = TRY(json.text("payloadType"));
  const Bytes payload = TRY(json.bytes("payload"));
  envelope.payload = to_text(payload);
  for (const ProtoObject& signature : TRY(json.objects("signatures", {"sig", "keyid"}))) {
    envelope.signatures.push_back({TRY(signature.bytes("sig")), TRY(signature.text("keyid"))});
  }
  return envelope;
}

Result<void> read_content(const ProtoObject& json, Bundle& bundle) {
  const auto message = TRY(json.object("messageSignature", {"messageDigest", "signature"}));
  const auto envelope = TRY(json.object("dsseEnvelope", {"payload", "payloadType", "signatures"}));
  if (message.has_value() == envelope.has_value()) {
    return json.error("CONTENT_COUNT", "messageSignature",
                      "exactly one of messageSignature and dsseEnvelope must be there");
  }
  if (message) bundle.content = TRY(read_message(*message));
  if (envelope) bundle.content = TRY(read_envelope(*envelope));
  return {};
}

}  // namespace

Result<LogEntry> parse_log_entry(std::string_view text, std::size_t bytes_max) {
  const Json json = TRY(parse_json(text, "log answer", bytes_max));
  const ProtoObject entry =
      TRY(ProtoObject::read(json, {"LOG_ANSWER", "log answer"}, log_entry_fields));
  return read_entry(entry);
}

Result<Bundle> parse_bundle(std::string_view text) {
  const Json json = TRY(parse_json(text, "bundle", limits::bundle_bytes_max));
  TRY(check_not_another_than_bundle(json));
  Bundle bundle;
  // A version of tomorrow has fields of tomorrow: say that, not that a field is unknown.
  if (json.is_object() && json.contains("mediaType") && json["mediaType"].is_string()) {
    TRY(check_version(json["mediaType"].get_ref<const std::string&>()));
  }
  const ProtoObject top = TRY(
      ProtoObject::read(json, {"BUNDLE", "bundle"},
                        {"mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"}));
  bundle.media_type = TRY(top.text("mediaType"));
  const ProtoObject material =
      TRY(top.required("verificationMaterial", {"publicKey", "x509CertificateChain", "certificate",
                                                "tlogEntries", "timestampVerificationData"}));
  TRY(read_material(material, bundle));
  TRY(read_content(top, bundle));
  TRY(check_rules(bundle));
  return bundle;
}

}  // namespace chancery::bundle
