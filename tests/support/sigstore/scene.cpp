#include "tests/support/sigstore/scene.h"

#include "core/base/encoding.h"
#include "core/bundle/bundle_rules.h"
#include "core/crypto/pem.h"
#include "core/tlog/entry.h"
#include "tests/support/sigstore/entry_bodies.h"
#include "tests/support/sigstore/root_json.h"

namespace chancery::testing {
namespace {

const bundle::ValidFor always{at("2026-01-01T00:00:00Z"), std::nullopt};

}  // namespace

Scene::Scene(SignedBy signed_by, RecordedIn recorded_in) : by(signed_by), in(recorded_in) {
  shape = ca.leaf_shape(at("2026-06-01T12:00:00Z"));
  root.transparency_logs = {log_v1.trusted(always), log.trusted(always)};
  root.certificate_logs = {ct_log.trusted(always)};
  root.certificate_authorities = {ca.trusted(always)};
  root.timestamp_authorities = {tsa.trusted(always)};
  told.identity = "signer@example.test";
  told.issuer = "https://issuer.example.test";
  for (const char* stranger : {"one", "two", "three"}) {
    log.add(stranger);
    log_v1.add_stranger(stranger);
  }
}

void Scene::certify() {
  CertificateShape leaf = shape;
  if (is_logged) {
    leaf.extensions.push_back(
        sct_list({ca.log_in(ct_log, shape, key, shape.not_before, sct_extensions)}));
  }
  certificate = ca.issue(leaf, key);
  bundle::CertificateChain carried{{certificate->der()}, chain.empty()};
  if (media_type != bundle::media_type_v03) carried.is_single = false;
  for (const Certificate& above : chain) carried.certificates.push_back(above.der());
  bundle.verification_material = std::move(carried);
}

Bytes Scene::signature_over(std::string_view text) const {
  if (hash) return key.sign_digest(used_algorithm(), digest(*hash, as_bytes(text)));
  return key.sign(used_algorithm(), as_bytes(text));
}

void Scene::sign_content() {
  if (statement) {
    const std::string pae = bundle::pae_prefix(payload_type, statement->size()) + *statement;
    bundle.content = bundle::DsseEnvelope{payload_type, *statement, {{signature_over(pae), ""}}};
    return;
  }
  bundle.content =
      bundle::MessageSignature{digest(used_hash(), as_bytes(artefact)), signature_over(artefact)};
}

ByteView Scene::signature() const { return bundle::signature_of(bundle); }

Digest Scene::signed_digest() const {
  if (!statement) return digest(used_hash(), as_bytes(artefact));
  return bundle::pae_digest(used_hash(), payload_type, as_bytes(*statement));
}

void Scene::stamp() { bundle.timestamps = {tsa.stamp(signature(), time, stamp_options)}; }

bundle::LogEntry Scene::record_v2() {
  if (entry_kind == "dsse") {
    bundle::LogEntry entry =
        log.add(dsse_body_v2(*statement, signature(), used_algorithm(), certificate->der()));
    entry.kind = entry_kind;
    return entry;
  }
  const Bytes verifier = certificate ? certificate->der() : key.public_key().spki();
  return log.add(*tlog::canonical_body({signed_digest(), to_bytes(signature()), used_algorithm(),
                                        verifier, certificate.has_value()}));
}

bundle::LogEntry Scene::record_v1() {
  const std::string pem =
      certificate ? write_pem("CERTIFICATE", certificate->der()) : key.public_key().pem();
  const std::string kind = !entry_kind.empty() ? entry_kind : (statement ? "dsse" : "hashedrekord");
  if (kind == "dsse") {
    return log_v1.add(kind, "0.0.1", dsse_body_v1(*statement, signature(), pem), time);
  }
  if (kind == "intoto") {
    return log_v1.add(kind, "0.0.2", intoto_body_v1(*statement, payload_type, signature(), pem),
                      time);
  }
  return log_v1.add(kind, "0.0.1", hashed_rekord_body_v1(signed_digest(), signature(), pem), time);
}

void Scene::record() { bundle.log_entries = {in == RecordedIn::v1 ? record_v1() : record_v2()}; }

Scene& Scene::sign() {
  bundle = {};
  bundle.media_type = media_type;
  certificate.reset();
  told.artefact = artefact;
  told.key_pem.clear();
  if (by == SignedBy::certificate) {
    certify();
  } else {
    told.key_pem = key.public_key().pem();
    bundle.verification_material = bundle::KeyHint{bundle::key_hint_for(key.public_key().spki())};
  }
  sign_content();
  if (in == RecordedIn::v2 && by == SignedBy::certificate) stamp();
  record();
  return *this;
}

std::string Scene::good_statement() const {
  const Digest subject = digest(HashAlgorithm::sha256, as_bytes(artefact));
  return bundle::write_statement({{"artefact", {{"sha256", hex_encode(subject.value)}}}},
                                 "https://slsa.dev/provenance/v1", "{}");
}

Material Scene::material() const {
  Material material = told;
  material.bundle = bundle::write_bundle(bundle);
  material.trusted_root = root_json(root).dump();
  return material;
}

namespace {

Result<bundle::Verdict> judge_parsed(const Material& material, Given given) {
  const bundle::TrustedRoot root = TRY(bundle::parse_trusted_root(material.trusted_root));
  const bundle::Bundle parsed = TRY(bundle::parse_bundle(material.bundle));
  bundle::Policy policy;
  if (material.key_pem.empty()) {
    policy.identity = bundle::TextRule::exactly(material.identity);
    policy.issuer = bundle::TextRule::exactly(material.issuer);
  } else {
    policy.key = TRY(PublicKey::from_pem(material.key_pem));
  }
  std::vector<Digest> known;
  bundle::Verifier verifier(root);
  for (const HashAlgorithm algorithm : verifier.wanted(parsed, policy).hashes) {
    if (given == Given::digest && algorithm != HashAlgorithm::sha256) continue;
    known.push_back(digest(algorithm, as_bytes(material.artefact)));
  }
  bundle::Artifact artifact(std::move(known));
  if (given == Given::file) artifact.content = as_bytes(material.artefact);
  return verifier.verify(parsed, artifact, policy);
}

}  // namespace

bundle::Verdict judge(const Material& material, Given given) {
  const Result<bundle::Verdict> judged = judge_parsed(material, given);
  if (judged.ok()) return *judged;
  bundle::Verdict verdict;
  verdict.refusal = judged.error();
  return verdict;
}

}  // namespace chancery::testing
