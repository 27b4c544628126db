#include <gtest/gtest.h>

#include <functional>

#include "core/base/json.h"
#include "tests/support/sigstore/sigstore.h"

namespace chancery::bundle {
namespace {

using testing::Sigstore;

std::string reason(std::string_view json) {
  const Result<Bundle> bundle = parse_bundle(json);
  return bundle.ok() ? "" : bundle.error().reason;
}

// The good bundle's JSON after one change.
std::string changed(const std::function<void(Json&)>& change) {
  Json json = *parse_json(write_bundle(Sigstore().sign_artefact()), "test");
  change(json);
  return json.dump();
}

Json& entry_of(Json& json) { return json["verificationMaterial"]["tlogEntries"][0]; }

TEST(BundleJson, ReadsWhatItWrites) {
  Sigstore sigstore;
  for (const Bundle& bundle : {sigstore.sign_artefact(), sigstore.sign_statement()}) {
    const std::string text = write_bundle(bundle);
    const Result<Bundle> read = parse_bundle(text);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(write_bundle(*read), text);
  }
}

TEST(BundleJson, ReadsEveryPartOfAnOlderBundle) {
  Bundle bundle = Sigstore().sign_artefact();
  bundle.media_type = "application/vnd.dev.sigstore.bundle+json;version=0.2";
  bundle.verification_material = CertificateChain{{{0x30, 0}, {0x30, 1}}, false};
  bundle.timestamps = {{1, 2}, {3}};
  bundle.log_entries[0].integrated_time = 1234567890;
  bundle.log_entries[0].signed_entry_timestamp = {7, 7};
  const Bundle read = *parse_bundle(write_bundle(bundle));
  EXPECT_EQ(std::get<CertificateChain>(read.verification_material).certificates.size(), 2U);
  EXPECT_EQ(read.timestamps, bundle.timestamps);
  EXPECT_EQ(read.log_entries[0].integrated_time, 1234567890);
  EXPECT_EQ(read.log_entries[0].signed_entry_timestamp, (Bytes{7, 7}));
}

TEST(BundleJson, IndexAndHashesAreWrittenForTheFirstEntryOfALog) {
  Bundle bundle = Sigstore().sign_artefact();
  bundle.log_entries[0].log_index = 0;
  bundle.log_entries[0].inclusion_proof->hashes.clear();
  Json json = *parse_json(write_bundle(bundle), "test");
  EXPECT_EQ(entry_of(json)["logIndex"], "0");
  EXPECT_EQ(entry_of(json)["inclusionProof"]["hashes"], Json::array());
}

TEST(BundleJson, ProtobufsOtherSpellingsAreRead) {
  EXPECT_EQ(reason(changed([](Json& json) {
              json["media_type"] = json["mediaType"];
              json.erase("mediaType");
              entry_of(json)["logIndex"] = 3;
              entry_of(json)["inclusionPromise"] = nullptr;
              json["messageSignature"]["messageDigest"]["algorithm"] = 1;
            })),
            "");
}

TEST(BundleJson, UnknownVersionsAreRefused) {
  for (const char* type : {"", "application/vnd.dev.sigstore.bundle.v0.4+json",
                           "application/vnd.dev.sigstore.bundle.v99.9+json",
                           "application/vnd.dev.sigstore.bundle+json;version=0.4",
                           "application/vnd.dev.sigstore.bundle.v0.1+json", "application/json"}) {
    EXPECT_EQ(reason(changed([type](Json& json) { json["mediaType"] = type; })),
              "BUNDLE_VERSION_UNSUPPORTED")
        << type;
  }
}

TEST(BundleJson, EveryTruncationIsRefused) {
  const std::string text = write_bundle(Sigstore().sign_artefact());
  for (std::size_t length = 0; length < text.size(); ++length) {
    ASSERT_EQ(reason(std::string_view(text).substr(0, length)), "JSON_MALFORMED") << length;
  }
}

struct Fault {
  const char* name;
  const char* reason;
  std::function<void(Json&)> change;
};

void duplicate_entry(Json& json) {
  const Json entry = entry_of(json);
  json["verificationMaterial"]["tlogEntries"].push_back(entry);
}

const Fault faults[] = {
    {"unknown_field", "BUNDLE_FIELD_UNKNOWN", [](Json& json) { json["extra"] = 1; }},
    {"both_spellings", "BUNDLE_FIELD_DUPLICATE",
     [](Json& json) { entry_of(json)["log_index"] = "3"; }},
    {"not_an_object", "BUNDLE_FIELD_MALFORMED",
     [](Json& json) { json["verificationMaterial"] = "x"; }},
    {"not_a_list", "BUNDLE_FIELD_MALFORMED",
     [](Json& json) { json["verificationMaterial"]["tlogEntries"] = "x"; }},
    {"no_verification_material", "BUNDLE_FIELD_MISSING",
     [](Json& json) { json.erase("verificationMaterial"); }},
    {"neither_key_nor_certificate", "BUNDLE_MATERIAL_COUNT",
     [](Json& json) { json["verificationMaterial"].erase("publicKey"); }},
    {"key_and_certificate", "BUNDLE_MATERIAL_COUNT",
     [](Json& json) {
       json["verificationMaterial"]["certificate"] = {{"rawBytes", "MAA="}};
     }},
    {"no_content", "BUNDLE_CONTENT_COUNT", [](Json& json) { json.erase("messageSignature"); }},
    {"two_contents", "BUNDLE_CONTENT_COUNT",
     [](Json& json) {
       json["dsseEnvelope"] = {{"payload", "AA=="}};
     }},
    {"empty_certificate", "BUNDLE_CHAIN_EMPTY",
     [](Json& json) {
       json["verificationMaterial"].erase("publicKey");
       json["verificationMaterial"]["certificate"] = Json::object();
     }},
    {"chain_in_version_03", "BUNDLE_CHAIN_NOT_ALLOWED",
     [](Json& json) {
       json["verificationMaterial"].erase("publicKey");
       json["verificationMaterial"]["x509CertificateChain"]["certificates"] =
           Json::array({Json{{"rawBytes", "MAA="}}});
     }},
    {"base64_without_padding", "BUNDLE_BASE64_INVALID",
     [](Json& json) { json["messageSignature"]["signature"] = "AAA"; }},
    {"base64_with_white_space", "BUNDLE_BASE64_INVALID",
     [](Json& json) { json["messageSignature"]["signature"] = "AA A"; }},
    {"negative_index", "BUNDLE_NUMBER_INVALID",
     [](Json& json) { entry_of(json)["logIndex"] = "-1"; }},
    {"negative_index_as_a_number", "BUNDLE_NUMBER_INVALID",
     [](Json& json) { entry_of(json)["logIndex"] = -1; }},
    {"huge_index", "BUNDLE_NUMBER_INVALID",
     [](Json& json) { entry_of(json)["logIndex"] = "9223372036854775808"; }},
    {"huge_index_as_a_number", "BUNDLE_NUMBER_INVALID",
     [](Json& json) { entry_of(json)["logIndex"] = 18446744073709551615U; }},
    {"index_that_is_no_number", "BUNDLE_NUMBER_INVALID",
     [](Json& json) { entry_of(json)["logIndex"] = "3 "; }},
    {"index_with_a_leading_zero", "BUNDLE_NUMBER_INVALID",
     [](Json& json) { entry_of(json)["logIndex"] = "03"; }},
    {"index_with_a_sign", "BUNDLE_NUMBER_INVALID",
     [](Json& json) { entry_of(json)["logIndex"] = "-0"; }},
    {"index_with_a_fraction", "BUNDLE_NUMBER_INVALID",
     [](Json& json) { entry_of(json)["logIndex"] = 3.5; }},
    {"negative_time", "BUNDLE_NUMBER_INVALID",
     [](Json& json) { entry_of(json)["integratedTime"] = "-5"; }},
    {"negative_tree_size", "BUNDLE_NUMBER_INVALID",
     [](Json& json) { entry_of(json)["inclusionProof"]["treeSize"] = "-4"; }},
    {"short_hash_in_the_proof", "BUNDLE_HASH_LENGTH_WRONG",
     [](Json& json) { entry_of(json)["inclusionProof"]["hashes"][0] = "AAAA"; }},
    {"endless_proof", "BUNDLE_PROOF_TOO_LONG",
     [](Json& json) {
       Json& hashes = entry_of(json)["inclusionProof"]["hashes"];
       const Json hash = hashes[0];
       while (hashes.size() <= limits::proof_hashes_max) hashes.push_back(hash);
     }},
    {"no_log_id", "BUNDLE_FIELD_MISSING", [](Json& json) { entry_of(json).erase("logId"); }},
    {"empty_log_id", "BUNDLE_LOG_ENTRY_INCOMPLETE",
     [](Json& json) { entry_of(json)["logId"]["keyId"] = ""; }},
    {"no_kind", "BUNDLE_FIELD_MISSING", [](Json& json) { entry_of(json).erase("kindVersion"); }},
    {"no_body", "BUNDLE_LOG_ENTRY_INCOMPLETE",
     [](Json& json) { entry_of(json).erase("canonicalizedBody"); }},
    {"no_inclusion_proof", "BUNDLE_PROOF_MISSING",
     [](Json& json) { entry_of(json).erase("inclusionProof"); }},
    {"no_checkpoint", "BUNDLE_CHECKPOINT_MISSING",
     [](Json& json) { entry_of(json)["inclusionProof"].erase("checkpoint"); }},
    {"no_promise_in_version_01", "BUNDLE_PROMISE_MISSING",
     [](Json& json) {
       json["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1";
     }},
    {"one_entry_twice", "BUNDLE_LOG_ENTRY_DUPLICATE", duplicate_entry},
    {"too_many_certificates", "BUNDLE_TOO_MANY_CERTIFICATES",
     [](Json& json) {
       json["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.2";
       json["verificationMaterial"].erase("publicKey");
       const Json certificate = {{"rawBytes", "MAA="}};
       json["verificationMaterial"]["x509CertificateChain"]["certificates"] =
           Json::array_t(limits::bundle_certificates_max + 1, certificate);
     }},
    {"too_many_entries", "BUNDLE_TOO_MANY_LOG_ENTRIES",
     [](Json& json) {
       for (std::size_t i = 0; i < limits::bundle_log_entries_max; ++i) duplicate_entry(json);
     }},
    {"too_many_timestamps", "BUNDLE_TOO_MANY_TIMESTAMPS",
     [](Json& json) {
       const Json stamp = {{"signedTimestamp", "AA=="}};
       json["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"] =
           Json::array_t(limits::bundle_timestamps_max + 1, stamp);
     }},
    {"empty_signature", "BUNDLE_SIGNATURE_EMPTY",
     [](Json& json) { json["messageSignature"].erase("signature"); }},
    {"digest_of_another_length", "BUNDLE_DIGEST_LENGTH_WRONG",
     [](Json& json) { json["messageSignature"]["messageDigest"]["algorithm"] = "SHA2_512"; }},
    {"unknown_digest_algorithm", "BUNDLE_FIELD_MALFORMED",
     [](Json& json) { json["messageSignature"]["messageDigest"]["algorithm"] = "SHA3_256"; }},
    {"digest_without_algorithm", "BUNDLE_FIELD_MISSING",
     [](Json& json) { json["messageSignature"]["messageDigest"].erase("algorithm"); }},
};

class BundleJsonFault : public ::testing::TestWithParam<Fault> {};

TEST_P(BundleJsonFault, IsRefusedForItsOwnReason) {
  EXPECT_EQ(reason(changed(GetParam().change)), GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(Each, BundleJsonFault, ::testing::ValuesIn(faults),
                         [](const ::testing::TestParamInfo<Fault>& fault) {
                           return fault.param.name;
                         });

TEST(BundleJson, AnEnvelopeHasExactlyOneSignature) {
  Json json = *parse_json(write_bundle(Sigstore().sign_statement()), "test");
  Json& signatures = json["dsseEnvelope"]["signatures"];
  const Json signature = signatures[0];
  signatures.push_back(signature);
  EXPECT_EQ(reason(json.dump()), "BUNDLE_SIGNATURE_COUNT");
  signatures.clear();
  EXPECT_EQ(reason(json.dump()), "BUNDLE_SIGNATURE_COUNT");
}

TEST(BundleJson, TheEnvelopesKeyIdAgreesWithTheBundles) {
  Json json = *parse_json(write_bundle(Sigstore().sign_statement()), "test");
  json["dsseEnvelope"]["signatures"][0]["keyid"] = "another";
  EXPECT_EQ(reason(json.dump()), "BUNDLE_KEY_ID_MISMATCH");
}

TEST(BundleJson, OneByteBeyondTheCapIsTooLarge) {
  // Blanks are JSON too.
  std::string text = write_bundle(Sigstore().sign_artefact());
  text.resize(limits::bundle_bytes_max + 1, ' ');
  EXPECT_EQ(parse_bundle(text).error().reason, "JSON_TOO_LARGE");
}

TEST(BundleJson, MoreValuesThanAnyBundleHasAreRefusedBeforeTheyFillTheMemory) {
  std::string text = write_bundle(Sigstore().sign_artefact());
  std::string values;
  for (std::size_t i = 0; i < limits::json_values_max; ++i) values += "{},";
  text.insert(1, R"("x":[)" + values + "{}],");
  EXPECT_EQ(reason(text), "JSON_TOO_MANY_VALUES");
}

TEST(BundleJson, DuplicateKeysAreRefusedAtEachLevel) {
  std::string text = write_bundle(Sigstore().sign_artefact());
  text.insert(text.find(R"("hint")"), R"("hint":"x",)");
  EXPECT_EQ(reason(text), "JSON_DUPLICATE_KEY");
}

}  // namespace
}  // namespace chancery::bundle
