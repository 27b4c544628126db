#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/pkcs11/mechanism.h"
#include "backends/pkcs11/options.h"
#include "backends/pkcs11/pkcs11.h"

namespace chancery::pkcs11 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Names = Uri::Names;

BackendConfig config_with(std::vector<std::pair<std::string, std::string>> more) {
  BackendConfig config{"hsm",
                       {{"module", "/m.so"}, {"token", "pkcs11:token=t"}, {"directory", "/d"}}};
  for (auto& option : more) config.options.push_back(std::move(option));
  return config;
}

bool is_refused(std::string_view uri, Names names = Names::key) {
  const Result<Uri> parsed = Uri::parse(uri, names);
  return !parsed.ok() && parsed.error().reason == "PKCS11_URI_INVALID";
}

TEST(Pkcs11Uri, NamesAKeyByLabelAndId) {
  const Result<Uri> uri =
      Uri::parse("pkcs11:token=my%20token;object=release;id=%01%ff;type=private", Names::key);
  ASSERT_TRUE(uri.ok()) << uri.error().message;
  EXPECT_EQ(to_text(*uri->label()), "release");
  EXPECT_THAT(*uri->id(), ElementsAre(0x01, 0xff));
}

TEST(Pkcs11Uri, UnknownDoubledAndEmptyAttributesAreRefused) {
  EXPECT_TRUE(is_refused("pkcs11:object=a;frob=b"));
  EXPECT_TRUE(is_refused("pkcs11:object=a;x-vendor=b"));
  EXPECT_TRUE(is_refused("pkcs11:object=a;object=b"));
  EXPECT_TRUE(is_refused("pkcs11:object=a;object=a"));
  EXPECT_TRUE(is_refused("pkcs11:object="));
  EXPECT_TRUE(is_refused("pkcs11:object=a;"));
  EXPECT_TRUE(is_refused("pkcs11:;object=a"));
  EXPECT_TRUE(is_refused("pkcs11:object"));
  EXPECT_TRUE(is_refused("pkcs11:"));
  EXPECT_TRUE(is_refused("pkcs11:", Names::token));
}

TEST(Pkcs11Uri, WhatIsNoUriIsRefused) {
  EXPECT_TRUE(is_refused(""));
  EXPECT_TRUE(is_refused("object=a"));
  EXPECT_TRUE(is_refused("PKCS12:object=a"));
  EXPECT_TRUE(is_refused("pkcs11:object=%zz"));
  EXPECT_TRUE(is_refused("pkcs11:object=%1"));
}

// p11-kit leaves white space out, and stops at a NUL.
TEST(Pkcs11Uri, WhatStandsThereUnescapedAndMayNotIsRefused) {
  for (const char byte : std::string(" \t\n\r\"<>\\^`{|}#/\x7f\x80", 17) + '\0') {
    const std::string wrong = std::string("te") + byte + "st";
    EXPECT_TRUE(is_refused("pkcs11:token=" + wrong, Names::token)) << wrong;
    EXPECT_TRUE(is_refused("pkcs11:object=" + wrong)) << wrong;
    EXPECT_TRUE(is_refused(std::string("pkcs11:object=a") + byte)) << wrong;
    EXPECT_TRUE(is_refused(std::string("pkcs11:object=") + byte)) << wrong;
  }
  EXPECT_FALSE(is_refused("pkcs11:object=aZ09-._~:[]@!$'()*+,=&%20"));
}

TEST(Pkcs11Uri, WhatNamesNoPrivateKeyIsRefused) {
  EXPECT_TRUE(is_refused("pkcs11:token=a"));
  EXPECT_TRUE(is_refused("pkcs11:object=a;type=public"));
  EXPECT_TRUE(is_refused("pkcs11:object=a;type=frob"));
  EXPECT_TRUE(is_refused("pkcs11:object=a;slot-id=1"));
  EXPECT_TRUE(is_refused("pkcs11:token=a;object=b", Names::token));
}

TEST(Pkcs11Uri, APinHasNoPlaceInIt) {
  EXPECT_TRUE(is_refused("pkcs11:object=a?pin-value=1234"));
  EXPECT_TRUE(is_refused("pkcs11:token=a?pin-source=/f", Names::token));
}

TEST(Pkcs11Options, WhatTheDocumentationShowsIsTaken) {
  EXPECT_THAT(check(config_with({{"pin_credential", "pin"},
                                 {"keys", "a=pkcs11:object=a, b=pkcs11:id=%01"},
                                 {"algorithms", "a=rsa-pss-3072-sha256"},
                                 {"sessions", "16"},
                                 {"environment", "A=b, C=d=e"},
                                 {"reads", "/a"},
                                 {"writes", "/b, /c"}})),
              IsEmpty());
}

TEST(Pkcs11Options, EachMistakeIsNamed) {
  const auto complaint = [](const std::string& option, const std::string& value) {
    const std::vector<std::string> problems = check(config_with({{option, value}}));
    return problems.size() == 1 ? problems.front() : std::to_string(problems.size()) + " problems";
  };
  EXPECT_THAT(complaint("frob", "1"), HasSubstr("frob"));
  EXPECT_THAT(complaint("keys", "pkcs11:object=a"), HasSubstr("NAME=URI"));
  EXPECT_THAT(complaint("keys", "a=pkcs11:frob=a"), HasSubstr("frob"));
  EXPECT_THAT(complaint("keys", "a=pkcs11:object=a,a=pkcs11:object=b"), HasSubstr("twice"));
  EXPECT_THAT(complaint("algorithms", "a=md5"), HasSubstr("algorithms"));
  EXPECT_THAT(complaint("algorithms", "a=ed25519-ph"), HasSubstr("algorithms"));
  EXPECT_THAT(complaint("sessions", "0"), HasSubstr("1 to 16"));
  EXPECT_THAT(complaint("sessions", "17"), HasSubstr("1 to 16"));
  EXPECT_THAT(complaint("sessions", "2x"), HasSubstr("1 to 16"));
  EXPECT_THAT(complaint("environment", "=x"), HasSubstr("NAME=VALUE"));
  EXPECT_THAT(complaint("writes", "relative"), HasSubstr("absolute"));
  EXPECT_EQ(check({"hsm", {}}).size(), 3U);
  EXPECT_EQ(check(config_with({{"pin_file", "/a"}, {"pin_credential", "b"}})).size(), 1U);
}

TEST(Pkcs11Mechanism, WrongDigestLengthIsRefusedBeforeTheToken) {
  for (const std::size_t size : {0U, 20U, 31U, 33U, 48U, 128U}) {
    const auto input = token_input(Algorithm::ecdsa_p256_sha256, Bytes(size));
    ASSERT_FALSE(input.ok());
    EXPECT_EQ(input.error().reason, "DIGEST_LENGTH_WRONG");
  }
}

TEST(Pkcs11Mechanism, SignaturesOfAnotherLengthAreRefused) {
  for (const std::size_t size : {0U, 63U, 65U, 70U, 96U}) {
    const auto signature = contract_signature(Algorithm::ecdsa_p256_sha256, Bytes(size, 1));
    ASSERT_FALSE(signature.ok());
    EXPECT_EQ(signature.error().reason, "SIGNING_FAILED");
  }
}

// r with its highest bit set needs a zero before it, a small s loses those that it has.
TEST(Pkcs11Mechanism, RawSignaturesBecomeStrictDer) {
  Bytes raw(64, 0);
  raw[0] = 0x80;
  raw[63] = 0x01;
  const auto der = contract_signature(Algorithm::ecdsa_p256_sha256, raw);
  ASSERT_TRUE(der.ok());
  Bytes wanted{0x30, 0x26, 0x02, 0x21, 0x00, 0x80};
  wanted.resize(wanted.size() + 31, 0);
  wanted.insert(wanted.end(), {0x02, 0x01, 0x01});
  EXPECT_EQ(*der, wanted);
}

}  // namespace
}  // namespace chancery::pkcs11
