#include "tests/support/sigstore/root_json.h"

#include "core/base/encoding.h"
#include "core/base/rfc3339.h"

namespace chancery::testing {
namespace {

Json period_json(const bundle::ValidFor& period) {
  Json json = {{"start", format_rfc3339(period.start)}};
  if (period.end) json["end"] = format_rfc3339(*period.end);
  return json;
}

Json logs_json(const std::vector<bundle::TrustedLog>& logs) {
  Json list = Json::array();
  for (const bundle::TrustedLog& log : logs) {
    Json json = {{"baseUrl", log.base_url},
                 {"hashAlgorithm", "SHA2_256"},
                 {"publicKey",
                  {{"rawBytes", base64_encode(log.key.spki())},
                   {"keyDetails", key_details_of(log.algorithm)},
                   {"validFor", period_json(log.valid_for)}}},
                 {"logId", {{"keyId", base64_encode(log.log_id)}}}};
    if (!log.operator_name.empty()) json["operator"] = log.operator_name;
    list.push_back(std::move(json));
  }
  return list;
}

Json authorities_json(const std::vector<bundle::TrustedAuthority>& authorities) {
  Json list = Json::array();
  for (const bundle::TrustedAuthority& authority : authorities) {
    Json certificates = Json::array();
    for (const Certificate& certificate : *authority.chain.get()) {
      certificates.push_back({{"rawBytes", base64_encode(certificate.der())}});
    }
    Json json = {{"subject", {{"organization", "example.test"}, {"commonName", "example"}}},
                 {"uri", authority.uri},
                 {"certChain", {{"certificates", certificates}}},
                 {"validFor", period_json(authority.valid_for)}};
    if (!authority.operator_name.empty()) json["operator"] = authority.operator_name;
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace

Json root_json(const bundle::TrustedRoot& root) {
  return {{"mediaType", "application/vnd.dev.sigstore.trustedroot+json;version=0.1"},
          {"tlogs", logs_json(root.transparency_logs)},
          {"certificateAuthorities", authorities_json(root.certificate_authorities)},
          {"ctlogs", logs_json(root.certificate_logs)},
          {"timestampAuthorities", authorities_json(root.timestamp_authorities)}};
}

}  // namespace chancery::testing
