#include "tests/support/sigstore/sigstore.h"

#include "core/base/encoding.h"
#include "core/base/rfc3339.h"
#include "core/bundle/dsse.h"
#include "core/tlog/entry.h"

namespace chancery::testing {

WallTime at(std::string_view rfc3339) { return *parse_rfc3339(rfc3339); }

bundle::TrustedRoot Sigstore::root() const {
  return {{log.trusted({at("2026-01-01T00:00:00Z"), {}})}, {}, {}, {}};
}

bundle::Policy Sigstore::policy() const {
  bundle::Policy policy;
  policy.key = key.public_key();
  return policy;
}

void Sigstore::add_strangers(unsigned count) {
  for (unsigned i = 0; i < count; ++i) log.add("stranger " + std::to_string(i));
}

std::string Sigstore::body_for(const Digest& digest, const Bytes& signature) const {
  return *tlog::canonical_body(
      {digest, signature, key.algorithm(), key.public_key().spki(), false});
}

bundle::Bundle Sigstore::sign_artefact() {
  bundle::Bundle made;
  made.verification_material = bundle::KeyHint{bundle::key_hint_for(key.public_key().spki())};
  const Bytes signature = key.sign(as_bytes(artefact));
  made.content = bundle::MessageSignature{digest(), signature};
  add_strangers(3);
  made.log_entries.push_back(log.add(body_for(digest(), signature)));
  return made;
}

std::string Sigstore::statement() const {
  const Digest subject = chancery::digest(HashAlgorithm::sha256, as_bytes(artefact));
  return bundle::write_statement({{"artefact", {{"sha256", hex_encode(subject.value)}}}},
                                 "https://slsa.dev/provenance/v1", "{}");
}

bundle::Bundle Sigstore::sign_statement(std::string_view payload) {
  bundle::Bundle made;
  made.verification_material = bundle::KeyHint{bundle::key_hint_for(key.public_key().spki())};
  const std::string type(bundle::in_toto_payload_type);
  const Digest pae = bundle::pae_digest(hash_of(key.algorithm()), type, as_bytes(payload));
  const Bytes signature =
      key.sign(as_bytes(bundle::pae_prefix(type, payload.size()) + std::string(payload)));
  made.content = bundle::DsseEnvelope{type, std::string(payload), {{signature, ""}}};
  add_strangers(3);
  made.log_entries.push_back(log.add(body_for(pae, signature)));
  return made;
}

}  // namespace chancery::testing
