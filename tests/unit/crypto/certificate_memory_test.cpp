#include "core/crypto/x509/certificate_memory.h"

#include <gtest/gtest.h>

#include "core/base/rfc3339.h"
#include "core/crypto/x509/certificate_path.h"
#include "tests/support/sigstore/memory_ca.h"

namespace chancery {
namespace {

using testing::CertificateShape;
using testing::make_certificate;
using testing::MemoryCa;
using testing::SigningKey;

TEST(RecentFingerprints, TheOneNotAskedAboutForTheLongestIsForgotten) {
  const auto fingerprint = [](std::string_view text) { return sha256(as_bytes(text)); };
  RecentFingerprints recent(2);
  recent.add(fingerprint("one"));
  recent.add(fingerprint("two"));
  EXPECT_TRUE(recent.has(fingerprint("one")));
  recent.add(fingerprint("three"));
  EXPECT_FALSE(recent.has(fingerprint("two")));
  EXPECT_TRUE(recent.has(fingerprint("one")));
  recent.add(fingerprint("one"));  // there already: nothing is forgotten for it
  EXPECT_TRUE(recent.has(fingerprint("three")));
}

class CertificateMemoryTest : public ::testing::Test {
 protected:
  const MemoryCa ca_;
  const SigningKey key_ = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  const CertificateShape shape_ = ca_.leaf_shape(*parse_rfc3339("2026-03-01T12:00:00Z"));
  const Certificate leaf_ = ca_.issue(shape_, key_);
  CertificateMemory memory_;

  bool is_signed(const Certificate& certificate, const Certificate& issuer) {
    return memory_.is_signed_by(certificate.borrow(), issuer.borrow());
  }
  bool has_path(const Certificate& leaf) {
    return find_path(leaf, std::vector{ca_.intermediate()}, ca_.root(), memory_).ok();
  }
};

TEST_F(CertificateMemoryTest, TheSameBytesAreReadOnce) {
  const Certificate read = *memory_.read(leaf_.der());
  EXPECT_EQ(memory_.read(leaf_.der())->borrow(), read.borrow());
  EXPECT_NE(memory_.read(ca_.root().der())->borrow(), read.borrow());
}

TEST_F(CertificateMemoryTest, WhatIsMalformedStaysMalformed) {
  Bytes der = leaf_.der();
  ASSERT_TRUE(memory_.read(der).ok());
  der.push_back(0);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(memory_.read(der).error().reason, "CERTIFICATE_MALFORMED");
  }
}

TEST_F(CertificateMemoryTest, TheCertificateReadLongestAgoIsForgotten) {
  const Certificate read = *memory_.read(leaf_.der());
  for (std::size_t i = 0; i < limits::recent_certificates_max; ++i) {
    ASSERT_TRUE(
        memory_.read(ca_.issue(shape_, SigningKey::make(key_.public_key().algorithm())).der())
            .ok());
  }
  EXPECT_NE(memory_.read(leaf_.der())->borrow(), read.borrow());
}

TEST_F(CertificateMemoryTest, AGoodSignatureVouchesForNoOtherBytes) {
  ASSERT_TRUE(is_signed(leaf_, ca_.intermediate()));
  EXPECT_TRUE(is_signed(leaf_, ca_.intermediate()));
  Bytes der = leaf_.der();
  der.back() ^= 1;  // in the signature
  EXPECT_FALSE(is_signed(*Certificate::from_der(der), ca_.intermediate()));
  EXPECT_FALSE(is_signed(*Certificate::from_der(der), ca_.intermediate()));
}

TEST_F(CertificateMemoryTest, AGoodSignatureVouchesForNoOtherIssuer) {
  ASSERT_TRUE(is_signed(leaf_, ca_.intermediate()));
  EXPECT_FALSE(is_signed(leaf_, MemoryCa().intermediate()));  // of the same name
  EXPECT_FALSE(is_signed(leaf_, ca_.root()));
}

TEST_F(CertificateMemoryTest, APathIsFoundAgainAndAnAlteredLeafHasNoneStill) {
  ASSERT_TRUE(has_path(leaf_));
  EXPECT_TRUE(has_path(leaf_));
  Bytes der = leaf_.der();
  der.back() ^= 1;
  EXPECT_FALSE(has_path(*Certificate::from_der(der)));
  EXPECT_FALSE(has_path(MemoryCa().issue(shape_, key_)));
}

// What is remembered are signatures, not paths: everything else is judged for each path anew.
TEST_F(CertificateMemoryTest, AnAuthorityThatMayNotIssueIsRefusedThoughItsSignatureIsKnown) {
  CertificateShape shape = shape_;
  shape.subject = "sub";
  const SigningKey sub_key = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  const Certificate sub = ca_.issue(shape, sub_key);
  const Certificate below = make_certificate(shape_, key_, {sub_key, &sub});
  ASSERT_TRUE(is_signed(sub, ca_.intermediate()));
  ASSERT_TRUE(is_signed(below, sub));
  EXPECT_FALSE(find_path(below, std::vector{sub, ca_.intermediate()}, ca_.root(), memory_).ok());
}

}  // namespace
}  // namespace chancery
