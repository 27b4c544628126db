#include "core/bundle/trusted_root.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "core/base/rfc3339.h"
#include "tests/support/sigstore/memory_ca.h"
#include "tests/support/sigstore/sigstore.h"

namespace chancery::bundle {
namespace {

using testing::at;
using testing::MemoryCa;
using testing::MemoryLog;

std::string reason(const Json& json) {
  const Result<TrustedRoot> root = parse_trusted_root(json.dump());
  const Result<void> checked = root.ok() ? check_chains(*root) : root.error();
  return checked.ok() ? "" : checked.error().reason;
}

Json good() {
  return *parse_json(
      write_trusted_root(MemoryLog("log.example.test").note_key(), at("2026-01-01T00:00:00Z")),
      "test");
}

TEST(TrustedRoot, ReadsWhatItWrites) {
  for (const Algorithm algorithm : {Algorithm::ed25519, Algorithm::ecdsa_p256_sha256}) {
    const MemoryLog log("log.example.test", algorithm);
    const TrustedRoot root =
        *parse_trusted_root(write_trusted_root(log.note_key(), at("2026-01-01T00:00:00Z")));
    ASSERT_EQ(root.transparency_logs.size(), 1U);
    const TrustedLog& read = root.transparency_logs[0];
    EXPECT_EQ(read.base_url, "https://log.example.test");
    EXPECT_EQ(read.log_id, to_bytes(log.note_key().id()));
    ASSERT_TRUE(read.note_key.has_value());
    EXPECT_EQ(read.note_key->name(), "log.example.test");
    EXPECT_EQ(read.note_key->id(), log.note_key().id());
    EXPECT_EQ(read.algorithm, algorithm);
    EXPECT_EQ(format_rfc3339(read.valid_for.start), "2026-01-01T00:00:00Z");
    EXPECT_FALSE(read.valid_for.end.has_value());
    EXPECT_TRUE(root.certificate_authorities.empty());
  }
}

TEST(TrustedRoot, TheNameOfALogIsItsHostWithoutPortAndPath) {
  for (const char* url : {"https://log.example.test:3000/api/v2", "https://log.example.test/",
                          "https://user@log.example.test?x", "log.example.test"}) {
    Json json = good();
    json["tlogs"][0]["baseUrl"] = url;
    EXPECT_EQ(parse_trusted_root(json.dump())->transparency_logs[0].note_key->name(),
              "log.example.test")
        << url;
  }
}

TEST(TrustedRoot, APeriodIsClosedAtBothEnds) {
  const ValidFor period{at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z")};
  EXPECT_TRUE(period.contains(period.start));
  EXPECT_TRUE(period.contains(*period.end));
  EXPECT_FALSE(period.contains(period.start - std::chrono::microseconds(1)));
  EXPECT_FALSE(period.contains(*period.end + std::chrono::microseconds(1)));
}

TEST(TrustedRoot, AuthoritiesKeepTheirChainsInOrder) {
  const MemoryCa ca;
  Json json = good();
  json["mediaType"] = "application/vnd.dev.sigstore.trustedroot.v0.2+json";
  Json authority = {{"uri", "https://ca.example.test"}, {"operator", "example.test"}};
  authority["subject"] = {{"organization", "o"}, {"commonName", "c"}};
  authority["certChain"]["certificates"] =
      Json::array({Json{{"rawBytes", base64_encode(ca.intermediate().der())}},
                   Json{{"rawBytes", base64_encode(ca.root().der())}}});
  authority["validFor"] = {{"start", "2026-01-01T00:00:00Z"}, {"end", "2027-01-01T00:00:00Z"}};
  json["certificateAuthorities"].push_back(authority);
  const TrustedRoot root = *parse_trusted_root(json.dump());
  ASSERT_EQ(root.certificate_authorities.size(), 1U);
  const TrustedAuthority& read = root.certificate_authorities[0];
  const std::vector<Certificate>& chain = *read.chain.get();
  ASSERT_EQ(chain.size(), 2U);
  EXPECT_EQ(chain[0].der(), ca.intermediate().der());
  EXPECT_EQ(chain[1].der(), ca.root().der());
  EXPECT_EQ(read.operator_name, "example.test");
  EXPECT_EQ(read.valid_for.end, at("2027-01-01T00:00:00Z"));
}

TEST(TrustedRoot, AChainThatCannotBeDecodedSaysSoWhenItIsAskedFor) {
  Json json = good();
  Json authority;
  authority["certChain"]["certificates"] = Json::array({Json{{"rawBytes", "MAA="}}});
  json["certificateAuthorities"].push_back(authority);
  const TrustedRoot root = *parse_trusted_root(json.dump());
  const TrustedRoot copy = root;  // shares what was decoded
  for (const TrustedRoot& each : {root, copy}) {
    const Error error = each.certificate_authorities[0].chain.get().error();
    EXPECT_EQ(error.reason, "TRUSTED_ROOT_CERTIFICATE_MALFORMED");
    EXPECT_EQ(error.message,
              "trusted root.certificateAuthorities[0].certChain.certificates[0].rawBytes: "
              "certificate: not DER of X.509");
  }
  EXPECT_EQ(&root.certificate_authorities[0].chain.get(),
            &copy.certificate_authorities[0].chain.get());
}

TEST(TrustedRoot, ALogWithAKeyOfAnUnknownTypeLeavesTheOthersUsable) {
  Json json = good();
  const Json known = json["tlogs"][0];
  json["tlogs"].push_back(known);
  json["tlogs"][0]["publicKey"]["keyDetails"] = "ML_DSA_65";
  const TrustedRoot root = *parse_trusted_root(json.dump());
  EXPECT_EQ(root.transparency_logs.size(), 1U);
  ASSERT_EQ(root.unread_logs.size(), 1U);
  EXPECT_EQ(root.unread_logs[0].base_url, "https://log.example.test");
  EXPECT_EQ(root.unread_logs[0].log_id, root.transparency_logs[0].log_id);
  EXPECT_EQ(root.unread_logs[0].key_details, "ML_DSA_65");
}

struct Fault {
  const char* name;
  const char* reason;
  std::function<void(Json&)> change;
};

const Fault faults[] = {
    {"unknown_version", "TRUSTED_ROOT_VERSION_UNSUPPORTED",
     [](Json& json) { json["mediaType"] = "application/vnd.dev.sigstore.trustedroot.v0.3+json"; }},
    {"no_version", "TRUSTED_ROOT_VERSION_UNSUPPORTED", [](Json& json) { json.erase("mediaType"); }},
    {"log_key_without_start", "TRUSTED_ROOT_START_MISSING",
     [](Json& json) { json["tlogs"][0]["publicKey"]["validFor"].erase("start"); }},
    {"log_key_without_period", "TRUSTED_ROOT_START_MISSING",
     [](Json& json) { json["tlogs"][0]["publicKey"].erase("validFor"); }},
    {"bad_time", "TRUSTED_ROOT_TIME_INVALID",
     [](Json& json) { json["tlogs"][0]["publicKey"]["validFor"]["start"] = "yesterday"; }},
    {"empty_end", "TRUSTED_ROOT_TIME_INVALID",
     [](Json& json) { json["tlogs"][0]["publicKey"]["validFor"]["end"] = ""; }},
    {"log_key_with_an_end_alone", "TRUSTED_ROOT_START_MISSING",
     [](Json& json) {
       json["tlogs"][0]["publicKey"]["validFor"] = {{"end", "2040-01-01T00:00:00Z"}};
     }},
    {"log_without_key", "TRUSTED_ROOT_FIELD_MISSING",
     [](Json& json) { json["tlogs"][0].erase("publicKey"); }},
    {"damaged_key", "TRUSTED_ROOT_KEY_MALFORMED",
     [](Json& json) { json["tlogs"][0]["publicKey"]["rawBytes"] = "MAA="; }},
    {"key_of_another_type", "TRUSTED_ROOT_KEY_MALFORMED",
     [](Json& json) { json["tlogs"][0]["publicKey"]["keyDetails"] = "PKIX_ECDSA_P256_SHA_256"; }},
    {"invented_key_type", "TRUSTED_ROOT_FIELD_MALFORMED",
     [](Json& json) { json["tlogs"][0]["publicKey"]["keyDetails"] = "PKIX_ROT13"; }},
    {"log_without_id", "TRUSTED_ROOT_LOG_ID_MISSING",
     [](Json& json) { json["tlogs"][0].erase("logId"); }},
    {"other_hash", "TRUSTED_ROOT_HASH_UNSUPPORTED",
     [](Json& json) { json["tlogs"][0]["hashAlgorithm"] = "SHA2_512"; }},
    {"unknown_field", "TRUSTED_ROOT_FIELD_UNKNOWN", [](Json& json) { json["more"] = 1; }},
    {"authority_without_chain", "TRUSTED_ROOT_FIELD_MISSING",
     [](Json& json) {
       json["certificateAuthorities"].push_back(Json{{"uri", "u"}});
     }},
    {"authority_with_an_empty_chain", "TRUSTED_ROOT_CHAIN_EMPTY",
     [](Json& json) {
       Json authority;
       authority["certChain"]["certificates"] = Json::array();
       json["timestampAuthorities"].push_back(authority);
     }},
    {"authority_with_a_damaged_certificate", "TRUSTED_ROOT_CERTIFICATE_MALFORMED",
     [](Json& json) {
       Json authority;
       authority["certChain"]["certificates"] = Json::array({Json{{"rawBytes", "MAA="}}});
       json["timestampAuthorities"].push_back(authority);
     }},
};

class TrustedRootFault : public ::testing::TestWithParam<Fault> {};

TEST_P(TrustedRootFault, IsRefusedForItsOwnReason) {
  Json json = good();
  GetParam().change(json);
  EXPECT_EQ(reason(json), GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(Each, TrustedRootFault, ::testing::ValuesIn(faults),
                         [](const ::testing::TestParamInfo<Fault>& fault) {
                           return fault.param.name;
                         });

TEST(TrustedRoot, OneByteBeyondTheCapIsTooLarge) {
  std::string text = good().dump();
  text.resize(limits::trusted_root_bytes_max + 1, ' ');
  EXPECT_EQ(parse_trusted_root(text).error().reason, "JSON_TOO_LARGE");
}

TEST(TrustedRoot, ANulByteDoesNotEndIt) {
  const std::string text = good().dump() + std::string("\0{}", 3);
  EXPECT_EQ(parse_trusted_root(text).error().reason, "JSON_MALFORMED");
}

TEST(TrustedRoot, EveryTruncationIsRefused) {
  const std::string text = good().dump();
  for (std::size_t length = 0; length < text.size(); ++length) {
    const Result<TrustedRoot> root = parse_trusted_root(std::string_view(text).substr(0, length));
    ASSERT_EQ(root.error().reason, "JSON_MALFORMED") << length;
  }
}

}  // namespace
}  // namespace chancery::bundle
