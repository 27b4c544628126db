#include "core/crypto/x509/certificate_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/rfc3339.h"
#include "tests/support/sigstore/memory_ca.h"

namespace chancery {
namespace {

using testing::CertificateShape;
using testing::make_certificate;
using testing::MemoryCa;
using testing::SigningKey;

class CertificatePath : public ::testing::Test {
 protected:
  const MemoryCa ca_;
  const SigningKey key_ = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  const CertificateShape shape_ = ca_.leaf_shape(*parse_rfc3339("2020-03-01T12:00:00Z"));
  const Certificate leaf_ = ca_.issue(shape_, key_);
  CertificateMemory memory_;

  std::string reason(std::vector<Certificate> untrusted, const Certificate& anchor) {
    const auto path = find_path(leaf_, untrusted, anchor, memory_);
    return path.ok() ? "" : path.error().reason;
  }
};

TEST_F(CertificatePath, LeadsThroughTheIntermediateToTheRoot) {
  const std::vector<Certificate> untrusted = {ca_.root(), ca_.intermediate()};
  const auto path = *find_path(leaf_, untrusted, ca_.root(), memory_);
  ASSERT_EQ(path.size(), 3U);
  EXPECT_EQ(path[0].der(), leaf_.der());
  EXPECT_EQ(path[1].der(), ca_.intermediate().der());
  EXPECT_EQ(path[2].der(), ca_.root().der());
}

TEST_F(CertificatePath, TheAnchorMayBeAnIntermediate) {
  const auto path = *find_path(leaf_, {}, ca_.intermediate(), memory_);
  ASSERT_EQ(path.size(), 2U);
  EXPECT_EQ(path[1].der(), ca_.intermediate().der());
}

// Whatever else libcrypto would take: it has names for more of RSA's than of ECDSA's.
TEST_F(CertificatePath, EachIsSignedUnderAHashOfSigstores) {
  const MemoryCa ca(Algorithm::rsa_pkcs1v15_2048_sha256);
  CertificateShape shape = shape_;
  for (const char* hash : {"SHA256", "SHA384", "SHA512"}) {
    shape.signature_hash = hash;
    EXPECT_TRUE(find_path(ca.issue(shape, key_), {}, ca.intermediate(), memory_).ok()) << hash;
  }
  for (const char* hash : {"SHA224", "SHA3-256"}) {
    shape.signature_hash = hash;
    const auto path = find_path(ca.issue(shape, key_), {}, ca.intermediate(), memory_);
    ASSERT_FALSE(path.ok()) << hash;
    EXPECT_EQ(path.error().reason, "CERTIFICATE_CHAIN_INVALID") << hash;
    EXPECT_THAT(path.error().message, ::testing::HasSubstr("signature algorithm")) << hash;
  }
}

TEST_F(CertificatePath, TimeIsNotLookedAt) {
  // The leaf expired before its authority began.
  EXPECT_EQ(reason({ca_.intermediate()}, ca_.root()), "");
}

TEST_F(CertificatePath, WithoutTheIntermediateThereIsNone) {
  EXPECT_EQ(reason({}, ca_.root()), "CERTIFICATE_AUTHORITY_UNKNOWN");
}

TEST_F(CertificatePath, AnotherAuthorityOfTheSameNameIsNotTheAnchor) {
  const MemoryCa other;
  EXPECT_EQ(reason({ca_.intermediate()}, other.root()), "CERTIFICATE_AUTHORITY_UNKNOWN");
  EXPECT_EQ(reason({other.intermediate()}, other.root()), "CERTIFICATE_AUTHORITY_UNKNOWN");
}

TEST_F(CertificatePath, WhatIsOnlyInTheBundleIsNotTrusted) {
  CertificateShape shape = shape_;
  shape.subject = "another root";
  shape.basic_constraints = "critical,CA:TRUE";
  const Certificate other = make_certificate(shape, key_, {key_, nullptr});
  EXPECT_EQ(reason({ca_.intermediate(), ca_.root()}, other), "CERTIFICATE_AUTHORITY_UNKNOWN");
}

TEST_F(CertificatePath, AnAlteredLeafHasNone) {
  Bytes der = leaf_.der();
  der.back() ^= 1;
  const auto path =
      find_path(*Certificate::from_der(der), std::vector{ca_.intermediate()}, ca_.root(), memory_);
  EXPECT_EQ(path.error().reason, "CERTIFICATE_CHAIN_INVALID");
}

TEST_F(CertificatePath, ALeafCannotIssue) {
  const SigningKey victim = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  const Certificate forged = make_certificate(shape_, victim, {key_, &leaf_});
  const auto path = find_path(forged, std::vector{leaf_, ca_.intermediate()}, ca_.root(), memory_);
  EXPECT_FALSE(path.ok());
}

TEST_F(CertificatePath, TheLengthAllowedByTheIntermediateIsKept) {
  const SigningKey sub_key = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  CertificateShape sub_shape = shape_;
  sub_shape.subject = "sub";
  sub_shape.basic_constraints = "critical,CA:TRUE";
  sub_shape.key_usage = "critical,keyCertSign";
  const Certificate sub = ca_.issue(sub_shape, sub_key);
  const Certificate below = make_certificate(shape_, key_, {sub_key, &sub});
  const auto path = find_path(below, std::vector{sub, ca_.intermediate()}, ca_.root(), memory_);
  EXPECT_EQ(path.error().reason, "CERTIFICATE_CHAIN_INVALID");
}

TEST_F(CertificatePath, AnUnknownCriticalExtensionIsRefused) {
  CertificateShape shape = shape_;
  shape.extensions.push_back({"1.2.3.4", {5, 0}, true});
  const auto path =
      find_path(ca_.issue(shape, key_), std::vector{ca_.intermediate()}, ca_.root(), memory_);
  EXPECT_EQ(path.error().reason, "CERTIFICATE_CHAIN_INVALID");
}

}  // namespace
}  // namespace chancery
