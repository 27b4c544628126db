#include "client/verification/attestation_file.h"

#include <gtest/gtest.h>

#include "core/base/json.h"

namespace chancery::client {
namespace {

KeyAttestation sample() {
  return {"tpm2-certify",
          {{"key", Bytes(5, 1)}, {"statement", Bytes(200, 2)}},
          {Bytes(300, 3), Bytes(4, 4)}};
}
std::string reason(const std::string& json) {
  const auto read = read_attestation(json);
  return read.ok() ? "" : read.error().reason;
}
// The sample with one member changed.
std::string altered(const std::string& member, const Json& value) {
  Json json = Json::parse(write_attestation(sample()));
  json[member] = value;
  return json.dump();
}

TEST(AttestationFile, IsReadAsItWasWritten) {
  const auto read = read_attestation(write_attestation(sample()));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->format, "tpm2-certify");
  ASSERT_EQ(read->parts.size(), 2U);
  EXPECT_EQ(*read->find("key"), Bytes(5, 1));
  EXPECT_EQ(*read->find("statement"), Bytes(200, 2));
  EXPECT_EQ(read->certificates, sample().certificates);
}

TEST(AttestationFile, OtherMembersAndOtherTypesAreRefused) {
  EXPECT_EQ(reason("[]"), "ATTESTATION_FILE_MALFORMED");
  EXPECT_EQ(reason("{}"), "ATTESTATION_FILE_MALFORMED");
  EXPECT_EQ(reason(altered("challenge", "")), "ATTESTATION_FILE_MALFORMED");
  EXPECT_EQ(reason(altered("format", 1)), "ATTESTATION_FILE_MALFORMED");
  EXPECT_EQ(reason(altered("parts", Json::array())), "ATTESTATION_FILE_MALFORMED");
  EXPECT_EQ(reason(altered("parts", {{"key", 7}})), "ATTESTATION_FILE_MALFORMED");
  EXPECT_EQ(reason(altered("parts", {{"key", "no base64"}})), "ATTESTATION_FILE_MALFORMED");
  EXPECT_EQ(reason(altered("certificates", "")), "ATTESTATION_FILE_MALFORMED");
  EXPECT_EQ(reason(altered("certificates", std::vector<std::string>(17))),
            "ATTESTATION_FILE_MALFORMED");
}

TEST(AttestationFile, APartNamedTwiceIsRefused) {
  EXPECT_EQ(reason(R"({"format":"x","parts":{"key":"","key":""},"certificates":[]})"),
            "JSON_DUPLICATE_KEY");
}

TEST(AttestationFile, LargerThanAnyDeviceSaysIsRefused) {
  EXPECT_EQ(reason(std::string(100U << 10, ' ')), "JSON_TOO_LARGE");
}

}  // namespace
}  // namespace chancery::client
