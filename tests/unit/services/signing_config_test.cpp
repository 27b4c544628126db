#include "core/services/signing_config.h"

#include <gmock/gmock.h>

#include "core/base/json.h"
#include "core/base/limits/services.h"
#include "core/base/rfc3339.h"

namespace chancery::services {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

WallTime at(std::string_view time) { return *parse_rfc3339(time); }

Json service(const std::string& url, int version, const std::string& start) {
  return {{"url", url},
          {"majorApiVersion", version},
          {"validFor", {{"start", start}}},
          {"operator", url}};
}

// Two logs of version 2, an old one of version 1, and two authorities.
Json good() {
  Json json;
  json["mediaType"] = "application/vnd.dev.sigstore.signingconfig.v0.2+json";
  json["caUrls"] = Json::array({service("https://fulcio.example", 1, "2022-01-01T00:00:00Z")});
  json["oidcUrls"] =
      Json::array({service("https://oauth.example/auth", 1, "2022-01-01T00:00:00Z")});
  json["rekorTlogUrls"] = Json::array({service("https://log1.example", 1, "2021-01-01T00:00:00Z"),
                                       service("https://log2.example", 2, "2025-01-01T00:00:00Z"),
                                       service("https://log3.example", 2, "2026-01-01T00:00:00Z")});
  json["rekorTlogConfig"] = {{"selector", "ANY"}};
  json["tsaUrls"] = Json::array({service("https://tsa1.example/ts", 1, "2025-01-01T00:00:00Z"),
                                 service("https://tsa2.example/ts", 1, "2026-01-01T00:00:00Z")});
  json["tsaConfig"] = {{"selector", "EXACT"}, {"count", 1}};
  return json;
}

Json with_only_log(int version, const std::string& start) {
  Json json = good();
  json["rekorTlogUrls"] = Json::array({service("https://log.example", version, start)});
  return json;
}

Result<Selected> select(const Json& json) {
  return select_services(TRY(parse_signing_config(json.dump())), at("2026-06-01T00:00:00Z"));
}

std::string reason(const Json& json) {
  const Result<Selected> selected = select(json);
  return selected.ok() ? "" : selected.error().reason;
}

std::vector<std::string> urls(const std::vector<Service>& services) {
  std::vector<std::string> out;
  for (const Service& service : services) out.push_back(service.url);
  return out;
}

TEST(SigningConfig, AnyTakesTheNewestLogOfTheHighestVersion) {
  const Selected selected = select(good()).value();
  EXPECT_THAT(urls(selected.logs), ElementsAre("https://log3.example"));
  EXPECT_EQ(selected.logs[0].major_version, 2U);
}

TEST(SigningConfig, AuthoritiesThatAreNotAskedFirstMayBeAskedNext) {
  const Selected selected = select(good()).value();
  EXPECT_THAT(urls(selected.authorities),
              ElementsAre("https://tsa2.example/ts", "https://tsa1.example/ts"));
  EXPECT_EQ(selected.timestamps, 1U);
}

TEST(SigningConfig, AllAndExactSayHowMany) {
  Json json = good();
  json["rekorTlogConfig"] = {{"selector", "ALL"}};
  EXPECT_THAT(urls(select(json)->logs),
              ElementsAre("https://log3.example", "https://log2.example"));
  json["rekorTlogConfig"] = {{"selector", "EXACT"}, {"count", 2}};
  EXPECT_EQ(select(json)->logs.size(), 2U);
  json["rekorTlogConfig"] = {{"selector", 3}, {"count", "1"}};  // as protobuf's JSON may write them
  EXPECT_EQ(select(json)->logs.size(), 1U);
  json["tsaConfig"] = {{"selector", "ALL"}};
  EXPECT_EQ(select(json)->timestamps, 2U);
}

TEST(SigningConfig, VersionsAreNeverMixed) {
  Json json = good();
  json["rekorTlogConfig"] = {{"selector", "EXACT"}, {"count", 3}};
  EXPECT_EQ(reason(json), "SIGNING_CONFIG_SERVICES_MISSING");
}

TEST(SigningConfig, VersionsThatWeDoNotKnowAreLeftOut) {
  Json json = good();
  json["rekorTlogUrls"].push_back(service("https://log4.example", 3, "2026-02-01T00:00:00Z"));
  EXPECT_THAT(urls(select(json)->logs), ElementsAre("https://log3.example"));
  EXPECT_EQ(reason(with_only_log(3, "2026-02-01T00:00:00Z")), "SIGNING_CONFIG_SERVICES_MISSING");
}

TEST(SigningConfig, EachOperatorIsTakenOnceByItsNewest) {
  Json json = good();
  json["rekorTlogConfig"] = {{"selector", "ALL"}};
  for (Json& log : json["rekorTlogUrls"]) log["operator"] = "sigstore.example";
  EXPECT_THAT(urls(select(json)->logs), ElementsAre("https://log3.example"));
}

TEST(SigningConfig, BothEndsOfAPeriodBelongToIt) {
  Json json = with_only_log(2, "2026-06-01T00:00:00Z");
  json["rekorTlogUrls"][0]["validFor"]["end"] = "2026-06-01T00:00:00Z";
  EXPECT_EQ(reason(json), "");
  json["rekorTlogUrls"][0]["validFor"]["start"] = "2026-01-01T00:00:00Z";
  json["rekorTlogUrls"][0]["validFor"]["end"] = "2026-05-31T23:59:59Z";
  EXPECT_EQ(reason(json), "SIGNING_CONFIG_SERVICES_MISSING");
  EXPECT_EQ(reason(with_only_log(2, "2026-06-01T00:00:01Z")), "SIGNING_CONFIG_SERVICES_MISSING");
}

TEST(SigningConfig, WithoutASelectorNothingIsChosen) {
  for (const char* name : {"rekorTlogConfig", "tsaConfig"}) {
    Json json = good();
    json.erase(name);
    EXPECT_EQ(reason(json), "SIGNING_CONFIG_SELECTOR_UNDEFINED") << name;
    json[name] = {{"selector", "SERVICE_SELECTOR_UNDEFINED"}};
    EXPECT_EQ(reason(json), "SIGNING_CONFIG_SELECTOR_UNDEFINED") << name;
    json[name] = {{"selector", "EXACT"}};
    EXPECT_EQ(reason(json), "SIGNING_CONFIG_SERVICES_MISSING") << name << ": exactly none";
  }
}

TEST(SigningConfig, LogOfVersion2NeedsATimeSource) {
  Json json = good();
  json.erase("tsaUrls");
  EXPECT_EQ(reason(json), "SIGNING_CONFIG_TIME_SOURCE_MISSING");
  json = with_only_log(1, "2021-01-01T00:00:00Z");
  json.erase("tsaUrls");
  EXPECT_THAT(select(json)->authorities, IsEmpty());
  EXPECT_EQ(select(json)->timestamps, 0U);
}

TEST(SigningConfig, EachFaultHasItsReason) {
  const auto with = [](const std::string& pointer, const Json& value) {
    Json json = good();
    json[Json::json_pointer(pointer)] = value;
    return reason(json);
  };
  EXPECT_EQ(with("/mediaType", "application/vnd.dev.sigstore.signingconfig.v0.3+json"),
            "SIGNING_CONFIG_VERSION_UNSUPPORTED");
  EXPECT_EQ(with("/rekorTlogUrls/0/url", "ftp://log.example"), "SIGNING_CONFIG_URL_INVALID");
  EXPECT_EQ(with("/tsaUrls/0/validFor", Json::object()), "SIGNING_CONFIG_START_MISSING");
  EXPECT_EQ(with("/caUrls/0/validFor/start", "yesterday"), "SIGNING_CONFIG_TIME_INVALID");
  EXPECT_EQ(with("/tsaUrls/0/majorApiVersion", 4294967296), "SIGNING_CONFIG_NUMBER_INVALID");
  EXPECT_EQ(with("/tsaConfig/count", -1), "SIGNING_CONFIG_NUMBER_INVALID");
  EXPECT_EQ(with("/tsaConfig/selector", "SOME"), "SIGNING_CONFIG_FIELD_MALFORMED");
  EXPECT_EQ(with("/tsaUrl", Json::array()), "SIGNING_CONFIG_FIELD_UNKNOWN");
  EXPECT_EQ(with("/tsaUrls", "https://tsa.example"), "SIGNING_CONFIG_FIELD_MALFORMED");
  EXPECT_FALSE(parse_signing_config("{").ok());
  EXPECT_FALSE(parse_signing_config(std::string(limits::signing_config_bytes_max + 1, ' ')).ok());
}

}  // namespace
}  // namespace chancery::services
