#include "core/crypto/x509/precertificate.h"

#include <gtest/gtest.h>
#include <openssl/x509.h>

#include "core/base/rfc3339.h"
#include "tests/support/sigstore/memory_ca.h"

namespace chancery {
namespace {

using testing::CertificateShape;
using testing::MemoryCa;
using testing::RawExtension;
using testing::SigningKey;

constexpr const char* oid = "1.2.3.4";

class Precertificate : public ::testing::Test {
 protected:
  const MemoryCa ca_;
  const SigningKey key_ = SigningKey::make(Algorithm::ecdsa_p256_sha256);
  const CertificateShape shape_ = ca_.leaf_shape(*parse_rfc3339("2026-03-01T12:00:00Z"));

  // Same serial number, key and times.
  Certificate with(std::vector<RawExtension> more) const {
    CertificateShape shape = shape_;
    shape.extensions.insert(shape.extensions.end(), more.begin(), more.end());
    return ca_.issue(shape, key_);
  }
  static Bytes tbs_of(const Certificate& certificate) {
    unsigned char* der = nullptr;
    const int length = i2d_re_X509_tbs(certificate.borrow(), &der);
    Bytes out(der, der + length);
    OPENSSL_free(der);
    return out;
  }
};

TEST_F(Precertificate, IsWhatItWouldBeWithoutTheExtension) {
  const RawExtension other{"1.2.3.5", {4, 1, 7}};
  // Lengths in one byte, in two and in three, of the extension and of all around it.
  for (const std::size_t size : {1U, 100U, 200U, 300U, 40'000U}) {
    const RawExtension wanted{oid, Bytes(size, 0x55)};
    const Bytes expected = tbs_of(with({other}));
    EXPECT_EQ(tbs_without_extension(with({wanted, other}), oid), expected) << size;
    EXPECT_EQ(tbs_without_extension(with({other, wanted}), oid), expected) << size;
  }
}

TEST_F(Precertificate, OfACertificateThatHasNoSuchExtensionThereIsNone) {
  EXPECT_EQ(tbs_without_extension(with({}), oid), std::nullopt);
}

TEST_F(Precertificate, EveryAlteredByteIsInItOrInTheExtensionOrInTheSignature) {
  const Certificate good = with({{oid, {0x55}}});
  const Bytes expected = *tbs_without_extension(good, oid);
  std::size_t same = 0;
  for (std::size_t i = 0; i < good.der().size(); ++i) {
    Bytes der = good.der();
    der[i] ^= 1;
    const auto altered = Certificate::from_der(der);
    if (altered.ok() && tbs_without_extension(*altered, oid) == expected) ++same;
  }
  const std::size_t signature_bytes_max = 2 + 2 + 10 + 3 + 72;  // and the algorithm before it
  const std::size_t content_bytes = 1;
  EXPECT_LE(same, signature_bytes_max + content_bytes);
}

}  // namespace
}  // namespace chancery
