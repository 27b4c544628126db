// TSS2 PRIVATE KEY: what is taken, written and refused.
#include "backends/tpm/key_file.h"

#include <gmock/gmock.h>

#include "backends/tpm/encoding.h"
#include "backends/tpm/key_template.h"
#include "core/base/encoding.h"

namespace chancery::tpm {
namespace {

using ::testing::HasSubstr;

// Made by tpm2-openssl 1.1.1: openssl genpkey -provider tpm2 -algorithm EC -pkeyopt group:P-256.
constexpr std::string_view by_tpm2_openssl = R"(-----BEGIN TSS2 PRIVATE KEY-----
MIHwBgZngQUKAQOgAwEBAQIEQAAAAQRYAFYAIwALAAYAcgAAABAAEAADABAAILxm
LEKuLU+M3ZCQZ/+wz+IXPoq6eT55BPvmTj9wFTCZACDiRrk0CGlXuw1mUwlZUyqb
S8mpVlvYM3RHHe8KUPbvRQSBgAB+ACA1N9C7ABKyLdiZHj51DLR89fAuGqBrp/I5
oHw4W0Hq+wAQyOfdRO9sqrR768wBuvTyzr8X7qZ8V2R1t+JSHQUq4NeCuBgJcyu9
xreeqh+fR+3STZ7cGrUuLCi6W44OY0hfvLwjpo35EsQc2WfO688fyPjtbXWf8hB3
fTT7
-----END TSS2 PRIVATE KEY-----
)";

Result<KeyBlob> decode(std::string_view pem) { return decode_key_blob(as_bytes(pem), "a.pem"); }

TEST(TpmKeyFile, KeyOfTpm2OpensslIsRead) {
  const auto blob = decode(by_tpm2_openssl);
  ASSERT_TRUE(blob.ok()) << blob.error().message;
  EXPECT_FALSE(blob->has_auth_value);
  EXPECT_EQ(blob->parent, TPM2_RH_OWNER);
  EXPECT_FALSE(blob->policy.has_value());
  EXPECT_EQ(algorithm_of(blob->public_area.publicArea, "a.pem").value(),
            Algorithm::ecdsa_p256_sha256);
  EXPECT_TRUE(spki_of(blob->public_area.publicArea, "a.pem").ok());
}

TEST(TpmKeyFile, WhatWasReadIsWrittenTheSame) {
  EXPECT_EQ(encode_key_blob(decode(by_tpm2_openssl).value()).value(), by_tpm2_openssl);
}

TEST(TpmKeyFile, ValueParentAndPolicySurvive) {
  KeyBlob blob = decode(by_tpm2_openssl).value();
  blob.has_auth_value = true;
  blob.parent = 0x81000001;
  blob.policy = KeyPolicy{selection_of({0, 7, 23}), true};
  const auto again = decode(encode_key_blob(blob).value());
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_TRUE(again->has_auth_value);
  EXPECT_EQ(again->parent, 0x81000001U);
  ASSERT_TRUE(again->policy && again->policy->pcrs);
  EXPECT_TRUE(again->policy->auth_value);
  const TPMS_PCR_SELECTION& bank = again->policy->pcrs->pcrSelections[0];
  EXPECT_EQ(bank.hash, TPM2_ALG_SHA256);
  EXPECT_EQ(bank.pcrSelect[0], 0x81);
  EXPECT_EQ(bank.pcrSelect[2], 0x80);
}

TEST(TpmKeyFile, EveryCutIsDamage) {
  for (std::size_t size = 0; size + 1 < by_tpm2_openssl.size(); size += 5) {
    const auto blob = decode(by_tpm2_openssl.substr(0, size));
    ASSERT_FALSE(blob.ok()) << size;
    EXPECT_EQ(blob.error().reason, "KEY_FILE_DAMAGED") << size;
    EXPECT_THAT(blob.error().message, HasSubstr("a.pem"));
  }
}

// Changed bytes either break the form or reach the TPM, which checks them by its own means; here
// they must only not be misread.
TEST(TpmKeyFile, NoChangedByteIsReadPastItsEnd) {
  for (std::size_t at = 40; at < by_tpm2_openssl.size() - 35; ++at) {
    std::string changed(by_tpm2_openssl);
    changed[at] = changed[at] == 'A' ? 'z' : 'A';
    const auto blob = decode(changed);
    if (!blob.ok()) continue;
    const TPMT_PUBLIC& key = blob->public_area.publicArea;
    if (algorithm_of(key, "a.pem").ok()) static_cast<void>(spki_of(key, "a.pem"));
  }
}

TEST(TpmKeyFile, OtherPemIsNamedAsWhatItIs) {
  const auto blob = decode("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  ASSERT_FALSE(blob.ok());
  EXPECT_EQ(blob.error().reason, "KEY_FILE_UNSUPPORTED");
  EXPECT_THAT(blob.error().message, HasSubstr("\"PRIVATE KEY\""));
}

TEST(TpmKeyFile, KeyThatCannotSignIsRefused) {
  const TPM2B_PUBLIC storage = storage_key_template();
  EXPECT_EQ(algorithm_of(storage.publicArea, "a.pem").error().reason, "KEY_FILE_UNSUPPORTED");
  TPM2B_PUBLIC other = signing_key_template(Algorithm::ecdsa_p256_sha256, {});
  other.publicArea.parameters.eccDetail.scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA384;
  EXPECT_EQ(algorithm_of(other.publicArea, "a.pem").error().reason, "KEY_FILE_UNSUPPORTED");
}

TEST(TpmKeyTemplate, EveryAlgorithmIsReadAsItWasWritten) {
  for (const Algorithm algorithm :
       {Algorithm::ecdsa_p256_sha256, Algorithm::ecdsa_p384_sha384, Algorithm::ecdsa_p521_sha512,
        Algorithm::rsa_pkcs1v15_2048_sha256, Algorithm::rsa_pkcs1v15_3072_sha256,
        Algorithm::rsa_pkcs1v15_4096_sha256}) {
    const TPM2B_PUBLIC key = signing_key_template(algorithm, {});
    EXPECT_EQ(algorithm_of(key.publicArea, "a.pem").value(), algorithm);
  }
}

}  // namespace
}  // namespace chancery::tpm
