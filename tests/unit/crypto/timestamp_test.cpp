#include "core/crypto/x509/timestamp.h"

#include <gtest/gtest.h>

#include "core/base/limits/bundles.h"
#include "core/base/rfc3339.h"
#include "core/crypto/x509/openssl_object.h"
#include "tests/support/sigstore/memory_ca.h"
#include "tests/support/sigstore/memory_tsa.h"

namespace chancery {
namespace {

using testing::MemoryTsa;
using testing::StampOptions;

WallTime at(std::string_view text) { return *parse_rfc3339(text); }

class TimestampTest : public ::testing::Test {
 protected:
  const MemoryTsa tsa_;
  const std::vector<Certificate> authority_ = *tsa_.trusted({}).chain.get();
  const Bytes signature_ = to_bytes(as_bytes("a signature"));
  CertificateMemory memory_;

  TimestampResponse stamp(std::string_view time = "2026-03-01T12:00:00Z",
                          const StampOptions& options = {}) const {
    return *TimestampResponse::from_der(tsa_.stamp(signature_, at(time), options));
  }
};

std::string reason(const Result<void>& result) { return result.ok() ? "" : result.error().reason; }

TEST_F(TimestampTest, AGoodOneVerifiesWithAndWithoutCertificatesInIt) {
  for (const bool with_certificates : {false, true}) {
    for (const HashAlgorithm hash :
         {HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512}) {
      const auto response = stamp("2026-03-01T12:00:00Z", {hash, with_certificates, 0});
      EXPECT_EQ(reason(response.check_imprint(signature_)), "");
      EXPECT_EQ(reason(response.check_signer(authority_, memory_)), "");
      EXPECT_EQ(format_rfc3339(response.time()), "2026-03-01T12:00:00Z");
    }
  }
}

// Whatever else libcrypto would take.
TEST_F(TimestampTest, ItIsSignedUnderAHashOfSigstores) {
  for (const char* hash : {"SHA256", "SHA384", "SHA512"}) {
    StampOptions options;
    options.signature_hash = hash;
    EXPECT_EQ(reason(stamp("2026-03-01T12:00:00Z", options).check_signer(authority_, memory_)), "");
  }
  for (const char* hash : {"SHA1", "SHA224"}) {
    StampOptions options;
    options.signature_hash = hash;
    EXPECT_EQ(reason(stamp("2026-03-01T12:00:00Z", options).check_signer(authority_, memory_)),
              "TIMESTAMP_HASH_UNSUPPORTED")
        << hash;
  }
}

TEST_F(TimestampTest, FractionsOfASecondAreRead) {
  EXPECT_EQ(
      format_rfc3339(stamp("2026-03-01T12:00:00.25Z", {HashAlgorithm::sha256, false, 3}).time()),
      "2026-03-01T12:00:00.250000Z");
  EXPECT_EQ(format_rfc3339(
                stamp("2026-03-01T12:00:00.000001Z", {HashAlgorithm::sha256, false, 6}).time()),
            "2026-03-01T12:00:00.000001Z");
}

TEST_F(TimestampTest, ATimeThatIsFinerThanOursIsNotCut) {
  const auto read = [this](const char* text) {
    StampOptions options;
    options.time_text = text;
    return TimestampResponse::from_der(tsa_.stamp(signature_, at("2026-03-01T12:00:00Z"), options));
  };
  EXPECT_EQ(format_rfc3339(read("20260301120000.123456Z")->time()), "2026-03-01T12:00:00.123456Z");
  for (const char* text : {"20260301120000.1234567Z", "20260301120000.0000009Z", "20260301120000.Z",
                           "20260301120000", "202603011200Z", "20260301120000+0100"}) {
    EXPECT_EQ(read(text).error().reason, "TIMESTAMP_MALFORMED") << text;
  }
}

TEST_F(TimestampTest, AnotherSignatureIsAMismatch) {
  EXPECT_EQ(reason(stamp().check_imprint(as_bytes("another"))), "TIMESTAMP_IMPRINT_MISMATCH");
}

TEST_F(TimestampTest, AnotherAuthorityIsNotTheSigner) {
  const MemoryTsa other;
  EXPECT_EQ(reason(stamp().check_signer(*other.trusted({}).chain.get(), memory_)),
            "TIMESTAMP_SIGNER_UNKNOWN");
}

TEST_F(TimestampTest, CertificatesInItAreNotTrust) {
  const MemoryTsa stranger;
  const auto response = *TimestampResponse::from_der(
      stranger.stamp(signature_, at("2026-03-01T12:00:00Z"), {HashAlgorithm::sha256, true, 0}));
  EXPECT_EQ(reason(response.check_signer(authority_, memory_)), "TIMESTAMP_SIGNER_UNKNOWN");
  // A root that lists only issuers takes the certificate inside, if it leads to its anchor.
  EXPECT_EQ(reason(response.check_signer(std::vector{tsa_.root()}, memory_)),
            "TIMESTAMP_SIGNER_UNKNOWN");
  EXPECT_EQ(reason(response.check_signer(std::vector{stranger.root()}, memory_)), "");
}

TEST_F(TimestampTest, WithoutAnyCertificateTheSignerMustBeListed) {
  EXPECT_EQ(reason(stamp().check_signer(std::vector{tsa_.root()}, memory_)),
            "TIMESTAMP_SIGNER_UNKNOWN");
}

TEST_F(TimestampTest, BothEndsOfTheCertificatesPeriodAreValid) {
  for (const char* time : {"2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z"}) {
    EXPECT_EQ(reason(stamp(time).check_signer(authority_, memory_)), "") << time;
  }
  for (const char* time : {"2025-12-31T23:59:59Z", "2036-01-01T00:00:01Z"}) {
    EXPECT_EQ(reason(stamp(time).check_signer(authority_, memory_)),
              "TIMESTAMP_CERTIFICATE_NOT_VALID")
        << time;
  }
  EXPECT_EQ(reason(stamp("2036-01-01T00:00:00.001Z", {HashAlgorithm::sha256, false, 3})
                       .check_signer(authority_, memory_)),
            "TIMESTAMP_CERTIFICATE_NOT_VALID");
}

TEST_F(TimestampTest, ACertificateForMoreThanTimestampingIsRefused) {
  const testing::SigningKey key = testing::SigningKey::make(Algorithm::ecdsa_p256_sha256);
  for (const char* usage : {"timeStamping", "critical,timeStamping,codeSigning", "codeSigning"}) {
    // As good as the authority's own in all that names it.
    testing::CertificateShape shape;
    shape.serial = tsa_.serial();
    shape.subject = "tsa";
    shape.not_before = at("2026-01-01T00:00:00Z");
    shape.not_after = at("2036-01-01T00:00:00Z");
    shape.extended_usage = usage;
    const Certificate wrong = make_certificate(shape, key, {key, &tsa_.root()});
    EXPECT_EQ(reason(stamp().check_signer(std::vector{wrong, tsa_.root()}, memory_)),
              "TIMESTAMP_CERTIFICATE_USAGE_WRONG")
        << usage;
  }
}

TEST_F(TimestampTest, WhatIsListedAndNotOnThePathDoesNotMatter) {
  testing::CertificateShape shape;
  const testing::SigningKey key = testing::SigningKey::make(Algorithm::ecdsa_p256_sha256);
  shape.not_before = at("2020-01-01T00:00:00Z");
  shape.not_after = at("2021-01-01T00:00:00Z");
  const Certificate beside = make_certificate(shape, key, {key, nullptr});
  EXPECT_EQ(
      reason(stamp().check_signer(std::vector{tsa_.certificate(), beside, tsa_.root()}, memory_)),
      "");
}

TEST_F(TimestampTest, MoreCertificatesInItThanAPathHasAreMalformed) {
  const Bytes good = tsa_.stamp(signature_, at("2026-03-01T12:00:00Z"));
  const unsigned char* cursor = good.data();
  const openssl::TimestampResponse response(
      d2i_TS_RESP(nullptr, &cursor, static_cast<long>(good.size())));
  for (std::size_t count = 1; count <= limits::bundle_certificates_max + 1; ++count) {
    PKCS7_add_certificate(TS_RESP_get_token(response.get()), tsa_.certificate().borrow());
    const auto der = openssl::encode(i2d_TS_RESP, response.get());
    const auto read = TimestampResponse::from_der({der.data(), der.size()});
    EXPECT_EQ(read.ok(), count <= limits::bundle_certificates_max) << count;
  }
}

TEST_F(TimestampTest, EveryTruncationIsMalformed) {
  const Bytes der = tsa_.stamp(signature_, at("2026-03-01T12:00:00Z"));
  for (std::size_t length = 0; length < der.size(); ++length) {
    ASSERT_EQ(TimestampResponse::from_der(ByteView(der).first(length)).error().reason,
              "TIMESTAMP_MALFORMED");
  }
  Bytes trailing = der;
  trailing.push_back(0);
  EXPECT_EQ(TimestampResponse::from_der(trailing).error().reason, "TIMESTAMP_MALFORMED");
}

TEST_F(TimestampTest, ARefusalOfTheAuthorityIsNoTimestamp) {
  // TimeStampResp { PKIStatusInfo { status rejection(2) } }
  EXPECT_EQ(TimestampResponse::from_der(Bytes{0x30, 5, 0x30, 3, 2, 1, 2}).error().reason,
            "TIMESTAMP_NOT_GRANTED");
}

// What may change without harm is what nobody signs and nothing follows from: the message's
// version, the list of digests used, the name of the signature algorithm (the key decides).
TEST_F(TimestampTest, EveryByteFlippedIsRefusedOrLeavesTimeAndImprintAsTheyWere) {
  const Bytes good = tsa_.stamp(signature_, at("2026-03-01T12:00:00Z"));
  std::size_t harmless = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes altered = good;
    altered[i] ^= 0x01;
    const auto response = TimestampResponse::from_der(altered);
    if (!response.ok() || !response->check_imprint(signature_).ok() ||
        !response->check_signer(authority_, memory_).ok()) {
      continue;
    }
    EXPECT_EQ(response->time(), at("2026-03-01T12:00:00Z")) << i;
    ++harmless;
  }
  EXPECT_LE(harmless, good.size() / 20);
}

}  // namespace
}  // namespace chancery
