// Keys: wrong, missing, both.
#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::testing {
namespace {

std::string another_key() {
  return SigningKey::make(Algorithm::ecdsa_p256_sha256).public_key().pem();
}

Scene statement_of_a_key() {
  Scene scene(SignedBy::key);
  scene.statement = scene.good_statement();
  scene.sign();
  return scene;
}

Cases of(const std::string& name, const std::function<Scene()>& good) {
  return {
      {name + "_wrong", "LOG_ENTRY_KEY_MISMATCH", good,
       [](Scene& s) { s.told.key_pem = another_key(); }},
      {name + "_missing", "KEY_REQUIRED", good, [](Scene& s) { s.told.key_pem.clear(); }},
      {name + "_artefact_exchanged", "LOG_ENTRY_DIGEST_MISMATCH", good,
       [](Scene& s) { s.told.artefact = "another artefact\n"; }},
      {name + "_signature_exchanged", "LOG_ENTRY_SIGNATURE_MISMATCH", good,
       [](Scene& s) { s.message().signature = s.key.sign(as_bytes(s.artefact)); }},
      {name + "_signed_something_else", "SIGNATURE_INVALID", good,
       [](Scene& s) {
         s.message().signature = s.key.sign(as_bytes("another"));
         s.record();
       }},
  };
}

}  // namespace

Cases key_cases() {
  Cases cases = of("key_v2", key_v2);
  const Cases v1 = of("key_v1", key_v1);
  cases.insert(cases.end(), v1.begin(), v1.end());
  cases.push_back({"key_given_for_a_certificate", "CERTIFICATE_NOT_EXPECTED", blob_v2,
                   [](Scene& s) { s.told.key_pem = s.key.public_key().pem(); }});
  cases.push_back({"key_hint_is_not_the_envelope_s", "BUNDLE_KEY_ID_MISMATCH", statement_of_a_key,
                   [](Scene& s) { s.envelope().signatures[0].key_id = "another"; }});
  cases.push_back({"accepted_key_id_beside_an_empty_hint", "", statement_of_a_key, [](Scene& s) {
                     s.bundle.verification_material = bundle::KeyHint{""};
                     s.envelope().signatures[0].key_id = "another";
                   }});
  return cases;
}

}  // namespace chancery::testing
