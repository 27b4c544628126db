#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::testing {

Material CatalogueCase::material() const {
  Scene scene = good();
  fault(scene);
  Material material = scene.material();
  text_fault(material);
  return material;
}

std::string CatalogueCase::expected(Given given) const {
  return given == Given::digest ? reason_by_digest.value_or(reason) : reason;
}

Scene blob_v2() {
  Scene scene;
  scene.sign();
  return scene;
}

Scene blob_v1() {
  Scene scene(SignedBy::certificate, RecordedIn::v1);
  scene.sign();
  return scene;
}

Scene blob_v1_in_bundle_01() {
  Scene scene(SignedBy::certificate, RecordedIn::v1);
  scene.media_type = "application/vnd.dev.sigstore.bundle+json;version=0.1";
  scene.chain = {scene.ca.intermediate()};
  scene.sign();
  return scene;
}

Scene statement_v2() {
  Scene scene;
  scene.statement = scene.good_statement();
  scene.sign();
  return scene;
}

Scene statement_v1() {
  Scene scene(SignedBy::certificate, RecordedIn::v1);
  scene.statement = scene.good_statement();
  scene.sign();
  return scene;
}

Scene key_v2() {
  Scene scene(SignedBy::key);
  scene.sign();
  return scene;
}

Scene key_v1() {
  Scene scene(SignedBy::key, RecordedIn::v1);
  scene.sign();
  return scene;
}

const Cases& catalogue() {
  static const Cases all = [] {
    Cases cases;
    for (const auto part :
         {accepted_cases, reading_cases, exchanged_cases, log_v1_cases, log_v2_cases,
          envelope_cases, time_cases, chain_cases, root_cases, certificate_cases, key_cases}) {
      Cases more = part();
      cases.insert(cases.end(), more.begin(), more.end());
    }
    return cases;
  }();
  return all;
}

}  // namespace chancery::testing
