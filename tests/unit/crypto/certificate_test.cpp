#include "core/crypto/x509/certificate.h"

#include <gtest/gtest.h>

#include "core/base/limits/bundles.h"
#include "core/base/rfc3339.h"
#include "tests/support/sigstore/memory_ca.h"

namespace chancery {
namespace {

using testing::CertificateShape;
using testing::MemoryCa;
using testing::SigningKey;

WallTime at(std::string_view text) { return *parse_rfc3339(text); }

class CertificateTest : public ::testing::Test {
 protected:
  const MemoryCa ca_;
  const SigningKey key_ = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  CertificateShape shape_ = ca_.leaf_shape(at("2026-03-01T12:00:00Z"));
};

TEST_F(CertificateTest, TellsWhatIsInIt) {
  const Certificate leaf = ca_.issue(shape_, key_);
  EXPECT_EQ(leaf.public_key()->spki(), key_.public_key().spki());
  EXPECT_EQ(format_rfc3339(leaf.not_before()), "2026-03-01T12:00:00Z");
  EXPECT_EQ(format_rfc3339(leaf.not_after()), "2026-03-01T12:10:00Z");
  EXPECT_FALSE(leaf.is_ca());
  EXPECT_FALSE(leaf.is_self_issued());
  EXPECT_TRUE(leaf.may_sign_data());
  EXPECT_TRUE(leaf.has_extended_usage(usage::code_signing, false));
  EXPECT_FALSE(leaf.has_extended_usage(usage::timestamping, true));
  EXPECT_EQ(leaf.extension(testing::fulcio_oid(1)),
            to_bytes(as_bytes("https://issuer.example.test")));
  EXPECT_EQ(leaf.extension(testing::fulcio_oid(2)), std::nullopt);
  EXPECT_TRUE(ca_.root().is_ca());
  EXPECT_TRUE(ca_.root().is_self_issued());
  EXPECT_FALSE(ca_.root().may_sign_data());
  EXPECT_TRUE(ca_.root().has_extended_usage(usage::code_signing, true));
}

TEST_F(CertificateTest, BothEndsBelongToItsPeriod) {
  const Certificate leaf = ca_.issue(shape_, key_);
  EXPECT_TRUE(leaf.is_valid_at(leaf.not_before()));
  EXPECT_TRUE(leaf.is_valid_at(leaf.not_after()));
  EXPECT_FALSE(leaf.is_valid_at(leaf.not_before() - std::chrono::microseconds(1)));
  EXPECT_FALSE(leaf.is_valid_at(leaf.not_after() + std::chrono::microseconds(1)));
}

TEST_F(CertificateTest, GivesItsSubjectNamesByKind) {
  shape_.subject_names =
      "critical,URI:https://a.example.test,email:a@example.test,DNS:a.example.test,"
      "otherName:1.3.6.1.4.1.57264.1.7;UTF8:someone!example.test";
  const auto names = *ca_.issue(shape_, key_).subject_names();
  ASSERT_EQ(names.size(), 3U);
  EXPECT_EQ(names[0].kind, SubjectName::Kind::uri);
  EXPECT_EQ(names[0].value, "https://a.example.test");
  EXPECT_EQ(names[1].kind, SubjectName::Kind::email);
  EXPECT_EQ(names[1].value, "a@example.test");
  EXPECT_EQ(names[2].kind, SubjectName::Kind::user_name);
  EXPECT_EQ(names[2].value, "someone!example.test");
}

TEST_F(CertificateTest, OtherNamesOfOtherKindsAreNotNames) {
  shape_.subject_names = "otherName:1.2.3.4;UTF8:someone,otherName:1.3.6.1.4.1.57264.1.7;INTEGER:1";
  EXPECT_TRUE(ca_.issue(shape_, key_).subject_names()->empty());
  shape_.subject_names = "";
  EXPECT_TRUE(ca_.issue(shape_, key_).subject_names()->empty());
}

TEST_F(CertificateTest, WhatIsNoCertificateIsMalformed) {
  Bytes trailing = ca_.root().der();
  trailing.push_back(0);
  for (const Bytes& der : {Bytes(), Bytes{0x30, 0}, trailing}) {
    EXPECT_EQ(Certificate::from_der(der).error().reason, "CERTIFICATE_MALFORMED");
  }
}

TEST_F(CertificateTest, EveryTruncationIsMalformed) {
  const Bytes der = ca_.issue(shape_, key_).der();
  for (std::size_t length = 0; length < der.size(); ++length) {
    ASSERT_EQ(Certificate::from_der(ByteView(der).first(length)).error().reason,
              "CERTIFICATE_MALFORMED");
  }
}

TEST_F(CertificateTest, OneThatWouldTakeHoursToReadIsNotRead) {
  const Bytes der(limits::certificate_bytes_max + 1, 0x30);
  const auto refused = Certificate::from_der(der);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "certificate: more than 65536 bytes");
}

TEST_F(CertificateTest, AnExtensionGivenTwiceIsRefused) {
  // Which of two issuers would count depends on the reader; RFC 5280 forbids it. The maker's
  // certificate is parsed before it is given out, so its refusal ends the program.
  shape_.extensions.push_back(shape_.extensions[0]);
  EXPECT_DEATH(ca_.issue(shape_, key_), "");
}

}  // namespace
}  // namespace chancery
