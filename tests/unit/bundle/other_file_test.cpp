// Files that people take for a bundle or a trusted root.
#include <gtest/gtest.h>

#include "core/base/json.h"
#include "tests/support/sigstore/sigstore.h"

namespace chancery::bundle {
namespace {

struct OtherFile {
  const char* name;
  const char* text;
  const char* says;
};

class ForABundleOrARoot : public ::testing::TestWithParam<OtherFile> {};

TEST_P(ForABundleOrARoot, IsToldForWhatItIs) {
  const Result<Bundle> bundle = parse_bundle(GetParam().text);
  ASSERT_FALSE(bundle.ok());
  EXPECT_EQ(bundle.error().reason, "BUNDLE_IS_ANOTHER_FILE");
  EXPECT_NE(bundle.error().message.find(GetParam().says), std::string::npos)
      << bundle.error().message;
  const Result<TrustedRoot> root = parse_trusted_root(GetParam().text);
  ASSERT_FALSE(root.ok());
  EXPECT_EQ(root.error().reason, "TRUSTED_ROOT_IS_ANOTHER_FILE");
  EXPECT_NE(root.error().message.find(GetParam().says), std::string::npos) << root.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Each, ForABundleOrARoot,
    ::testing::Values(
        OtherFile{"client_trust_config",
                  R"({"mediaType":"application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",)"
                  R"("trustedRoot":{},"signing_config":{}})",
                  "client trust config: what its \"trustedRoot\" holds"},
        OtherFile{"signing_config",
                  R"({"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json",)"
                  R"("caUrls":[],"rekorTlogUrls":[]})",
                  "signing config"},
        OtherFile{"attestations_of_npm", R"({"attestations":[{"predicateType":"p","bundle":{}}]})",
                  "the \"bundle\" of one"},
        OtherFile{"attestation_of_pep_740",
                  R"({"version":1,"verification_material":{},"envelope":{"statement":""}})",
                  "to_bundle()"},
        OtherFile{"provenance_of_pep_740", R"({"version":1,"attestation_bundles":[]})",
                  "to_bundle()"},
        OtherFile{"envelope_alone", R"({"payload":"","payloadType":"p","signatures":[]})",
                  "DSSE envelope alone"},
        OtherFile{"metadata_of_tuf", R"({"signed":{},"signatures":[]})", "trusted_root.json"},
        OtherFile{"bundle_of_cosigns_own", R"({"base64Signature":"","cert":"","rekorBundle":{}})",
                  "--new-bundle-format"}),
    [](const ::testing::TestParamInfo<OtherFile>& file) { return file.param.name; });

TEST(OtherFile, ABundleIsNoTrustedRootAndTheOtherWayRound) {
  const std::string bundle = write_bundle(testing::Sigstore().sign_artefact());
  const Result<TrustedRoot> root = parse_trusted_root(bundle);
  ASSERT_FALSE(root.ok());
  EXPECT_EQ(root.error().message,
            "trusted root: this is a bundle: the trusted root is another file");
  const Result<Bundle> read =
      parse_bundle(R"({"mediaType":"m","tlogs":[],"certificateAuthorities":[]})");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().message, "bundle: this is a trusted root: the bundle is another file");
}

TEST(OtherFile, WhatIsNotKnownIsReadAsWhatItWasGivenFor) {
  EXPECT_EQ(parse_bundle(R"({"mediaType":"m","payload":"","signatures":[]})").error().reason,
            "BUNDLE_VERSION_UNSUPPORTED");
  EXPECT_EQ(parse_bundle("[]").error().reason, "BUNDLE_FIELD_MALFORMED");
  EXPECT_EQ(parse_trusted_root(R"({"more":1})").error().reason, "TRUSTED_ROOT_FIELD_UNKNOWN");
}

}  // namespace
}  // namespace chancery::bundle
