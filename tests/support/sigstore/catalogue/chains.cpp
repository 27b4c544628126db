// Chains: time outside an intermediate or a root, ended since then, renewed under the same name;
// and what timestamps carry of theirs.
#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::testing {
namespace {

// Signatures are of 2026-06-01.
const WallTime in_january = at("2026-01-01T00:00:00Z");
const WallTime in_may = at("2026-05-27T12:00:00Z");
const WallTime the_day_after = at("2026-06-02T00:00:00Z");

// By an authority with an intermediate, which its responses carry.
std::function<void(Scene&)> stamped_through(const CertificateShape& intermediate) {
  return [intermediate](Scene& scene) {
    scene.tsa = MemoryTsa("https://tsa.example.test", intermediate);
    scene.stamp_options.with_certificates = true;
    scene.stamp();
    scene.root.timestamp_authorities = {scene.tsa.trusted({in_january, std::nullopt})};
  };
}

// The same; the root lists its anchor alone.
std::function<void(Scene&)> carried(const CertificateShape& intermediate) {
  return [intermediate](Scene& scene) {
    stamped_through(intermediate)(scene);
    scene.root.timestamp_authorities[0].chain = {scene.tsa.root()};
  };
}

// The same; the root lists its own certificate and the anchor.
std::function<void(Scene&)> carried_between(const CertificateShape& intermediate) {
  return [intermediate](Scene& scene) {
    stamped_through(intermediate)(scene);
    scene.root.timestamp_authorities[0].chain = {scene.tsa.certificate(), scene.tsa.root()};
  };
}

CertificateShape changed(const std::function<void(CertificateShape&)>& change) {
  CertificateShape shape = MemoryTsa::intermediate_shape();
  change(shape);
  return shape;
}

}  // namespace

Cases chain_cases() {
  const CertificateShape good = MemoryTsa::intermediate_shape();
  const CertificateShape expired = changed([](CertificateShape& s) { s.not_after = in_may; });
  const CertificateShape since = changed([](CertificateShape& s) { s.not_after = the_day_after; });
  const CertificateShape stamping =
      changed([](CertificateShape& s) { s.extended_usage = "timeStamping"; });
  const CertificateShape signing =
      changed([](CertificateShape& s) { s.extended_usage = "codeSigning"; });
  const CertificateShape nobody =
      changed([](CertificateShape& s) { s.basic_constraints = "critical,CA:FALSE"; });
  return {
      {"accepted_timestamp_through_an_intermediate", "", blob_v2, stamped_through(good)},
      {"accepted_timestamp_through_one_that_expired_since", "", blob_v2, stamped_through(since)},
      {"accepted_timestamp_through_one_for_timestamping", "", blob_v2, stamped_through(stamping)},
      {"timestamp_through_an_expired_intermediate", "TIMESTAMP_CERTIFICATE_NOT_VALID", blob_v2,
       stamped_through(expired)},
      {"timestamp_through_one_for_code_signing", "TIMESTAMP_CERTIFICATE_USAGE_WRONG", blob_v2,
       stamped_through(signing)},
      {"accepted_timestamp_with_carried_intermediate", "", blob_v2, carried(good)},
      {"timestamp_with_carried_expired_intermediate", "TIMESTAMP_CERTIFICATE_NOT_VALID", blob_v2,
       carried(expired)},
      {"timestamp_with_carried_one_for_code_signing", "TIMESTAMP_CERTIFICATE_USAGE_WRONG", blob_v2,
       carried(signing)},
      {"timestamp_with_carried_one_of_no_authority", "TIMESTAMP_SIGNER_UNKNOWN", blob_v2,
       carried(nobody)},
      {"accepted_timestamp_with_intermediate_carried_between", "", blob_v2, carried_between(good)},
      {"timestamp_with_expired_intermediate_carried_between", "TIMESTAMP_CERTIFICATE_NOT_VALID",
       blob_v2, carried_between(expired)},
      {"timestamp_with_one_for_code_signing_carried_between", "TIMESTAMP_CERTIFICATE_USAGE_WRONG",
       blob_v2, carried_between(signing)},
  };
}

}  // namespace chancery::testing
