// One signing event: artefact, signature, certificate, timestamp and entry, each exchanged for
// another valid one; with certificates and both logs.
#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::testing {
namespace {

// The same artefact, signed once more with the same services.
bundle::Bundle again(Scene& scene) {
  const bundle::Bundle first = scene.bundle;
  scene.sign();
  bundle::Bundle second = scene.bundle;
  scene.bundle = first;
  return second;
}

// Another one's, to the same name.
bundle::Bundle by_another_key(Scene& scene) {
  const SigningKey own = scene.key;
  scene.key = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  bundle::Bundle second = again(scene);
  scene.key = own;
  return second;
}

Cases of(const std::string& name, const std::function<Scene()>& good) {
  return {
      {name + "_artefact_exchanged", "LOG_ENTRY_DIGEST_MISMATCH", good,
       [](Scene& s) { s.told.artefact = "another artefact\n"; }},
      {name + "_signature_exchanged", "LOG_ENTRY_SIGNATURE_MISMATCH", good,
       [](Scene& s) {
         s.message().signature = std::get<bundle::MessageSignature>(again(s).content).signature;
       }},
      {name + "_certificate_exchanged", "LOG_ENTRY_KEY_MISMATCH", good,
       [](Scene& s) { s.bundle.verification_material = again(s).verification_material; }},
      {name + "_certificate_of_another_key", "LOG_ENTRY_KEY_MISMATCH", good,
       [](Scene& s) { s.bundle.verification_material = by_another_key(s).verification_material; }},
      {name + "_entry_exchanged", "LOG_ENTRY_SIGNATURE_MISMATCH", good,
       [](Scene& s) {
         // Of the same certificate, so that only the signature tells.
         const bundle::Bundle first = s.bundle;
         s.message().signature = s.key.sign(as_bytes(s.artefact));
         s.record();
         s.bundle.content = first.content;
       }},
      {name + "_entry_of_another_certificate", "LOG_ENTRY_KEY_MISMATCH", good,
       [](Scene& s) { s.bundle.log_entries = again(s).log_entries; }},
      {name + "_digest_hint_exchanged", "MESSAGE_DIGEST_MISMATCH", good,
       [](Scene& s) {
         s.message().message_digest = digest(HashAlgorithm::sha256, as_bytes("another"));
       }},
      {name + "_signed_something_else", "SIGNATURE_INVALID", good,
       [](Scene& s) {
         s.message().signature = s.key.sign(as_bytes("another"));
         if (!s.bundle.timestamps.empty()) s.stamp();
         s.record();
       }},
  };
}

}  // namespace

Cases exchanged_cases() {
  Cases cases = of("v2", blob_v2);
  const Cases v1 = of("v1", blob_v1);
  cases.insert(cases.end(), v1.begin(), v1.end());
  cases.push_back({"v2_timestamp_exchanged", "TIMESTAMP_IMPRINT_MISMATCH", blob_v2,
                   [](Scene& s) { s.bundle.timestamps = again(s).timestamps; }});
  return cases;
}

}  // namespace chancery::testing
