#include "daemon/flows/assemble.h"

#include "core/bundle/dsse.h"

namespace chancery::daemon {
namespace {

constexpr std::string_view empty_payload = "\"payload\":\"\"";

}  // namespace

bundle::LogEntry own_entry(const std::string& body, const Inclusion& inclusion,
                           const Sha256& log_id) {
  return {.log_index = inclusion.log_index,
          .log_id = to_bytes(log_id),
          .kind = "hashedrekord",
          .version = "0.0.2",
          .integrated_time = 0,
          .signed_entry_timestamp = {},
          .inclusion_proof = inclusion.proof,
          .canonicalized_body = body};
}

bundle::DsseEnvelope envelope_of(std::string statement, Bytes signature) {
  return {std::string(bundle::in_toto_payload_type),
          std::move(statement),
          {{std::move(signature), ""}}};
}

bundle::Bundle assemble(BundleParts parts) {
  bundle::Bundle bundle;
  bundle.media_type = bundle::media_type_v03;
  bundle.verification_material = bundle::KeyHint{bundle::key_hint_for(parts.spki)};
  bundle.log_entries = std::move(parts.entries);
  bundle.timestamps = std::move(parts.timestamps);
  if (parts.asked.kind == RequestKind::digest) {
    bundle.content = bundle::MessageSignature{parts.signed_digest, parts.signature};
  } else {
    bundle.content = envelope_of(parts.asked.statement, parts.signature);
  }
  return bundle;
}

std::string archived_form(bundle::Bundle bundle, bool payload_in_file) {
  if (payload_in_file) std::get<bundle::DsseEnvelope>(bundle.content).payload.clear();
  return bundle::write_bundle(bundle);
}

Result<SplitBundle> split_at_payload(std::string_view archived) {
  const std::size_t found = archived.find(empty_payload);
  if (found == std::string_view::npos) {
    return corrupt("ARCHIVED_BUNDLE_DAMAGED", "an archived bundle has no place for its payload");
  }
  const std::size_t cut = found + empty_payload.size() - 1;
  return SplitBundle{archived.substr(0, cut), archived.substr(cut)};
}

}  // namespace chancery::daemon
