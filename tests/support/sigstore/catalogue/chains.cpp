// Chains: time outside an intermediate or a root, ended since then, renewed under the same name;
// and what timestamps carry of theirs.
#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::testing {
namespace {

// Signatures are of 2026-06-01.
const WallTime in_january = at("2026-01-01T00:00:00Z");
const WallTime in_may = at("2026-05-27T12:00:00Z");
const WallTime the_day_after = at("2026-06-02T00:00:00Z");
const WallTime in_july = at("2026-07-01T00:00:00Z");

using Chain = std::vector<Certificate>;

// The root lists these for the certificate authority.
CatalogueCase listed(std::string name, std::string reason,
                     const std::function<Chain(const MemoryCa&)>& chain) {
  return {std::move(name), std::move(reason), blob_v2,
          [chain](Scene& scene) { scene.root.certificate_authorities[0].chain = chain(scene.ca); }};
}

Cases authorities() {
  return {
      listed("time_after_intermediate", "CERTIFICATE_NOT_VALID",
             [](const MemoryCa& ca) {
               return Chain{ca.intermediate_valid(in_january, in_may), ca.root()};
             }),
      listed("time_before_intermediate", "CERTIFICATE_NOT_VALID",
             [](const MemoryCa& ca) {
               return Chain{ca.intermediate_valid(in_july, at("2030-01-01T00:00:00Z")), ca.root()};
             }),
      listed("time_after_root", "CERTIFICATE_NOT_VALID",
             [](const MemoryCa& ca) {
               return Chain{ca.intermediate(), ca.root_valid(in_january, in_may)};
             }),
      listed("time_before_root", "CERTIFICATE_NOT_VALID",
             [](const MemoryCa& ca) {
               return Chain{ca.intermediate(), ca.root_valid(in_july, at("2030-01-01T00:00:00Z"))};
             }),
      listed("accepted_authority_that_ended_since", "",
             [](const MemoryCa& ca) {
               return Chain{ca.intermediate_valid(in_january, the_day_after),
                            ca.root_valid(in_january, the_day_after)};
             }),
      listed(
          "accepted_renewed_intermediate_beside_an_expired_one", "",
          [](const MemoryCa& ca) {
            return Chain{ca.intermediate_valid(in_january, in_may), ca.intermediate(), ca.root()};
          }),
      listed("accepted_intermediate_beside_a_future_one", "",
             [](const MemoryCa& ca) {
               return Chain{ca.intermediate_valid(in_july, at("2037-01-01T00:00:00Z")),
                            ca.intermediate(), ca.root()};
             }),
      {"accepted_carried_intermediate_that_expired_beside_a_listed_one", "", blob_v1_in_bundle_01,
       [](Scene& s) {
         s.chain = {s.ca.intermediate_valid(in_january, in_may)};
         s.sign();
       }},
      {"time_after_carried_intermediate", "CERTIFICATE_NOT_VALID", blob_v1_in_bundle_01,
       [](Scene& s) {
         s.chain = {s.ca.intermediate_valid(in_january, in_may)};
         s.sign();
         s.root.certificate_authorities[0].chain = std::vector{s.ca.root()};
       }},
  };
}

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
    scene.root.timestamp_authorities[0].chain = std::vector{scene.tsa.root()};
  };
}

// The same; the root lists its own certificate and the anchor.
std::function<void(Scene&)> carried_between(const CertificateShape& intermediate) {
  return [intermediate](Scene& scene) {
    stamped_through(intermediate)(scene);
    scene.root.timestamp_authorities[0].chain =
        std::vector{scene.tsa.certificate(), scene.tsa.root()};
  };
}

CertificateShape changed(const std::function<void(CertificateShape&)>& change) {
  CertificateShape shape = MemoryTsa::intermediate_shape();
  change(shape);
  return shape;
}

Cases timestamp_authorities() {
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
      {"timestamp_of_a_certificate_listed_alone", "TIMESTAMP_SIGNER_UNKNOWN", blob_v2,
       [](Scene& s) { s.root.timestamp_authorities[0].chain = std::vector{s.tsa.certificate()}; }},
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

}  // namespace

Cases chain_cases() {
  Cases cases = authorities();
  const Cases more = timestamp_authorities();
  cases.insert(cases.end(), more.begin(), more.end());
  return cases;
}

}  // namespace chancery::testing
