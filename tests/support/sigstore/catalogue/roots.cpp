// Roots: missing start, end alone; overlapping, future and expired instances beside the right one.
#include "core/base/json.h"
#include "tests/support/sigstore/catalogue/catalogue.h"

namespace chancery::testing {
namespace {

const bundle::ValidFor past{at("2021-01-01T00:00:00Z"), at("2022-01-01T00:00:00Z")};
const bundle::ValidFor future{at("2040-01-01T00:00:00Z"), std::nullopt};
const bundle::ValidFor always{at("2020-01-01T00:00:00Z"), std::nullopt};

CatalogueCase edited(std::string name, std::string reason, const std::function<void(Json&)>& edit) {
  return {std::move(name), std::move(reason), blob_v2, [](Scene&) {},
          [edit](Material& material) {
            Json json = Json::parse(material.trusted_root);
            edit(json);
            material.trusted_root = json.dump();
          }};
}

// Its authorities have a period with an end and no start.
std::function<void(Json&)> ends(const char* authorities, const char* end) {
  return [=](Json& json) { json[authorities][0]["validFor"] = {{"end", end}}; };
}

std::function<void(Json&)> damaged_certificate(const char* authorities) {
  return [=](Json& json) {
    json[authorities][0]["certChain"]["certificates"][0]["rawBytes"] = "MAA=";
  };
}

// Strangers of that period, before the right ones.
std::function<void(Scene&)> beside_others(const bundle::ValidFor& period) {
  return [period](Scene& scene) {
    bundle::TrustedRoot& root = scene.root;
    root.transparency_logs.insert(root.transparency_logs.begin(),
                                  MemoryLog("log.example.test").trusted(period));
    root.certificate_logs.insert(root.certificate_logs.begin(), MemoryCtLog().trusted(period));
    root.certificate_authorities.insert(root.certificate_authorities.begin(),
                                        MemoryCa().trusted(period));
    root.timestamp_authorities.insert(root.timestamp_authorities.begin(),
                                      MemoryTsa().trusted(period));
  };
}

// The right ones themselves, listed for another period too, first.
void listed_twice(Scene& scene) {
  const auto repeat = [](auto& list) {
    const auto found = list;
    for (auto each : found) {
      each.valid_for = past;
      list.insert(list.begin(), each);
    }
  };
  repeat(scene.root.transparency_logs);
  repeat(scene.root.certificate_logs);
  repeat(scene.root.certificate_authorities);
  repeat(scene.root.timestamp_authorities);
}

}  // namespace

Cases root_cases() {
  return {
      edited("root_log_without_start", "TRUSTED_ROOT_START_MISSING",
             [](Json& j) { j["tlogs"][0]["publicKey"]["validFor"].erase("start"); }),
      edited("root_log_without_period", "TRUSTED_ROOT_START_MISSING",
             [](Json& j) { j["tlogs"][0]["publicKey"].erase("validFor"); }),
      edited("root_authority_with_a_past_end_alone", "CERTIFICATE_AUTHORITY_NOT_VALID",
             ends("certificateAuthorities", "2026-05-01T00:00:00Z")),
      edited("root_timestamp_authority_with_a_past_end_alone", "TIMESTAMP_AUTHORITY_NOT_VALID",
             ends("timestampAuthorities", "2026-05-01T00:00:00Z")),
      edited("accepted_root_authority_with_a_later_end_alone", "",
             ends("certificateAuthorities", "2026-07-01T00:00:00Z")),
      edited("root_authority_with_an_empty_end", "TRUSTED_ROOT_TIME_INVALID",
             [](Json& j) { j["certificateAuthorities"][0]["validFor"]["end"] = ""; }),
      edited("root_authority_with_a_damaged_certificate", "TRUSTED_ROOT_CERTIFICATE_MALFORMED",
             damaged_certificate("certificateAuthorities")),
      edited("root_timestamp_authority_with_a_damaged_certificate",
             "TRUSTED_ROOT_CERTIFICATE_MALFORMED", damaged_certificate("timestampAuthorities")),
      edited("root_version_unknown", "TRUSTED_ROOT_VERSION_UNSUPPORTED",
             [](Json& j) { j["mediaType"] = "application/vnd.dev.sigstore.trustedroot.v9+json"; }),
      edited(
          "accepted_root_02", "",
          [](Json& j) { j["mediaType"] = "application/vnd.dev.sigstore.trustedroot.v0.2+json"; }),
      edited("root_without_authorities", "CERTIFICATE_AUTHORITY_UNKNOWN",
             [](Json& j) { j["certificateAuthorities"] = Json::array(); }),
      edited("root_without_timestamp_authorities", "TIMESTAMP_SIGNER_UNKNOWN",
             [](Json& j) { j["timestampAuthorities"] = Json::array(); }),
      edited("root_without_logs", "LOG_UNKNOWN", [](Json& j) { j["tlogs"] = Json::array(); }),
      edited("root_without_certificate_logs", "SCT_LOG_UNKNOWN",
             [](Json& j) { j["ctlogs"] = Json::array(); }),
      {"accepted_root_with_expired_instances", "", blob_v2, beside_others(past)},
      {"accepted_root_with_future_instances", "", blob_v2, beside_others(future)},
      {"accepted_root_with_overlapping_instances", "", blob_v2, beside_others(always)},
      {"accepted_root_with_instances_listed_twice", "", blob_v2, listed_twice},
      {"accepted_v1_root_with_instances_listed_twice", "", blob_v1, listed_twice},
      {"accepted_root_with_intermediate_as_anchor", "", blob_v2,
       [](Scene& s) {
         s.root.certificate_authorities[0].chain = std::vector{s.ca.intermediate()};
       }},
  };
}

}  // namespace chancery::testing
