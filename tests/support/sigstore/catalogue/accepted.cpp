// What must be accepted: each version, kind of entry, algorithm and oddity that is allowed.
#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::testing {
namespace {

constexpr const char* version_01 = "application/vnd.dev.sigstore.bundle+json;version=0.1";
constexpr const char* version_02 = "application/vnd.dev.sigstore.bundle+json;version=0.2";
constexpr const char* version_03 = "application/vnd.dev.sigstore.bundle+json;version=0.3";

CatalogueCase signed_with(std::string name, Algorithm algorithm,
                          std::optional<Algorithm> scheme = {}) {
  CatalogueCase made{std::move(name), "", [algorithm, scheme] {
                       Scene scene;
                       scene.key = SigningKey::make(algorithm);
                       scene.algorithm = scheme;
                       scene.sign();
                       return scene;
                     }};
  if (hash_of(algorithm) != HashAlgorithm::sha256) {
    made.reason_by_digest = "ARTIFACT_DIGEST_MISSING";
  }
  return made;
}

// As cosign once did: the curve's size, but SHA-256.
CatalogueCase over_sha256(std::string name, Algorithm algorithm) {
  return {std::move(name), "", [algorithm] {
            Scene scene(SignedBy::certificate, RecordedIn::v1);
            scene.key = SigningKey::make(algorithm);
            scene.hash = HashAlgorithm::sha256;
            scene.sign();
            return scene;
          }};
}

Cases algorithms() {
  return {
      signed_with("accepted_p384", Algorithm::ecdsa_p384_sha384),
      signed_with("accepted_p521", Algorithm::ecdsa_p521_sha512),
      over_sha256("accepted_p384_over_sha256", Algorithm::ecdsa_p384_sha384),
      over_sha256("accepted_p521_over_sha256", Algorithm::ecdsa_p521_sha512),
      signed_with("accepted_rsa_2048", Algorithm::rsa_pkcs1v15_2048_sha256),
      signed_with("accepted_ed25519_ph", Algorithm::ed25519, Algorithm::ed25519_ph),
      {"accepted_ed25519_ph_of_a_key", "",
       [] {
         Scene scene(SignedBy::key);
         scene.key = SigningKey::make(Algorithm::ed25519);
         scene.algorithm = Algorithm::ed25519_ph;
         scene.sign();
         return scene;
       },
       [](Scene&) {}, [](Material&) {}, "ARTIFACT_DIGEST_MISSING"},
      {"accepted_rsa_pss_in_log_v1", "",
       [] {
         Scene scene(SignedBy::key, RecordedIn::v1);
         scene.key = SigningKey::make(Algorithm::rsa_pss_2048_sha256);
         scene.sign();
         return scene;
       }},
      {"accepted_ed25519_envelope_in_log_v1", "",
       [] {
         Scene scene(SignedBy::key, RecordedIn::v1);
         scene.key = SigningKey::make(Algorithm::ed25519);
         scene.statement = scene.good_statement();
         scene.sign();
         return scene;
       }},
  };
}

Cases forms() {
  return {
      {"accepted_blob_v2", "", blob_v2},
      {"accepted_blob_v1", "", blob_v1},
      {"accepted_statement_v2", "", statement_v2},
      {"accepted_statement_v1", "", statement_v1},
      {"accepted_key_v2", "", key_v2},
      {"accepted_key_v1", "", key_v1},
      {"accepted_bundle_01", "", blob_v1_in_bundle_01},
      {"accepted_bundle_01_with_promise_alone", "", blob_v1_in_bundle_01,
       [](Scene& s) { s.entry().inclusion_proof.reset(); }},
      {"accepted_bundle_02", "", blob_v1_in_bundle_01,
       [](Scene& s) { s.bundle.media_type = version_02; }},
      {"accepted_bundle_02_with_timestamp_and_no_promise", "", blob_v1_in_bundle_01,
       [](Scene& s) {
         s.bundle.media_type = version_02;
         s.entry().signed_entry_timestamp.clear();
         s.stamp();
       }},
      {"accepted_bundle_03_in_its_old_spelling", "", blob_v2,
       [](Scene& s) { s.bundle.media_type = version_03; }},
      {"accepted_intoto_entry", "", statement_v1,
       [](Scene& s) {
         s.entry_kind = "intoto";
         s.sign();
       }},
      {"accepted_envelope_in_hashedrekord_of_log_v1", "", statement_v1,
       [](Scene& s) {
         s.entry_kind = "hashedrekord";
         s.sign();
       }},
      {"accepted_envelope_in_bundle_01", "", statement_v1,
       [](Scene& s) {
         s.media_type = version_01;
         s.sign();
       }},
      {"accepted_promise_and_timestamp", "", blob_v1, [](Scene& s) { s.stamp(); }},
      {"accepted_no_digest_hint", "", blob_v2,
       [](Scene& s) { s.message().message_digest.reset(); }},
  };
}

Cases stamps() {
  return {
      {"accepted_timestamp_with_certificates", "", blob_v2,
       [](Scene& s) {
         s.stamp_options.with_certificates = true;
         s.stamp();
       }},
      {"accepted_timestamp_over_sha512", "", blob_v2,
       [](Scene& s) {
         s.stamp_options.hash = HashAlgorithm::sha512;
         s.stamp();
       }},
      {"accepted_timestamp_twice", "", blob_v2,
       [](Scene& s) { s.bundle.timestamps.push_back(s.bundle.timestamps[0]); }},
      {"accepted_failing_timestamp_beside_a_good_one", "", blob_v2,
       [](Scene& s) {
         s.bundle.timestamps.insert(s.bundle.timestamps.begin(), Bytes{0x30, 0});
       }},
      {"accepted_sct_with_extensions", "", blob_v2,
       [](Scene& s) {
         s.sct_extensions = {0, 0, 5, 0, 0, 0, 0, 7};
         s.sign();
       }},
  };
}

}  // namespace

Cases accepted_cases() {
  Cases cases = forms();
  for (const Cases& more : {stamps(), algorithms()}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

}  // namespace chancery::testing
