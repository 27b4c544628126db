#include "core/crypto/public_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/support/sigstore/signing_key.h"

namespace chancery {
namespace {

using testing::SigningKey;

std::string reason(const Result<void>& result) { return result.ok() ? "" : result.error().reason; }

constexpr Algorithm all[] = {
    Algorithm::ecdsa_p256_sha256,
    Algorithm::ecdsa_p384_sha384,
    Algorithm::ecdsa_p521_sha512,
    Algorithm::rsa_pkcs1v15_2048_sha256,
    Algorithm::rsa_pss_2048_sha256,
    Algorithm::rsa_pkcs1v15_3072_sha256,
    Algorithm::rsa_pss_3072_sha256,
    Algorithm::rsa_pkcs1v15_4096_sha256,
    Algorithm::ed25519,
    Algorithm::ed25519_ph,
};

// An RSA key takes a second to make: one for all tests.
const SigningKey& made_once(Algorithm algorithm) {
  static std::map<Algorithm, SigningKey> keys;
  const auto found = keys.find(algorithm);
  if (found != keys.end()) return found->second;
  return keys.emplace(algorithm, SigningKey::make(algorithm)).first->second;
}

class PublicKeyOf : public ::testing::TestWithParam<Algorithm> {
 protected:
  const SigningKey& signer_ = made_once(GetParam());
  const PublicKey key_ = signer_.public_key();
  const Bytes signature_ = signer_.sign(as_bytes("message"));
};

TEST_P(PublicKeyOf, VerifiesItsSignature) {
  EXPECT_TRUE(fits(key_.algorithm(), GetParam()));
  EXPECT_EQ(reason(key_.verify_message(GetParam(), as_bytes("message"), signature_)), "");
}

TEST_P(PublicKeyOf, RefusesAnotherMessage) {
  EXPECT_EQ(reason(key_.verify_message(GetParam(), as_bytes("Message"), signature_)),
            "SIGNATURE_INVALID");
}

TEST_P(PublicKeyOf, RefusesBitsOfItsSignatureFlippedAnywhere) {
  const std::size_t step = signature_.size() / 10 | 1;  // odd: every place within a byte
  for (std::size_t bit = 0; bit < signature_.size() * 8; bit += step) {
    Bytes altered = signature_;
    altered[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    ASSERT_EQ(reason(key_.verify_message(GetParam(), as_bytes("message"), altered)),
              "SIGNATURE_INVALID")
        << bit;
  }
}

TEST_P(PublicKeyOf, RefusesItsSignatureCutOrProlonged) {
  Bytes cut = signature_;
  cut.pop_back();
  Bytes prolonged = signature_;
  prolonged.push_back(0);
  for (const Bytes& altered : {cut, prolonged, Bytes()}) {
    EXPECT_EQ(reason(key_.verify_message(GetParam(), as_bytes("message"), altered)),
              "SIGNATURE_INVALID");
  }
}

TEST_P(PublicKeyOf, RefusesASignatureOfAnotherKey) {
  const Bytes other = SigningKey::make(GetParam()).sign(as_bytes("message"));
  EXPECT_EQ(reason(key_.verify_message(GetParam(), as_bytes("message"), other)),
            "SIGNATURE_INVALID");
}

TEST_P(PublicKeyOf, IsReadBackFromPemAndSpki) {
  EXPECT_EQ(PublicKey::from_pem(key_.pem())->spki(), key_.spki());
  EXPECT_EQ(PublicKey::from_spki(key_.spki())->algorithm(), key_.algorithm());
}

INSTANTIATE_TEST_SUITE_P(Each, PublicKeyOf, ::testing::ValuesIn(all),
                         [](const ::testing::TestParamInfo<Algorithm>& algorithm) {
                           std::string name(name_of(algorithm.param));
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(PublicKey, AnAlgorithmOfAnotherKeyIsAMismatch) {
  const PublicKey key = SigningKey::make(Algorithm::ecdsa_p256_sha256).public_key();
  const Bytes digest_bytes(48);
  EXPECT_EQ(reason(key.verify_digest(Algorithm::ecdsa_p384_sha384, digest_bytes, digest_bytes)),
            "ALGORITHM_MISMATCH");
  EXPECT_EQ(reason(key.verify_digest(Algorithm::ecdsa_p256_sha256, digest_bytes, digest_bytes)),
            "DIGEST_LENGTH_WRONG");
}

TEST(PublicKey, APaddingIsNotTakenForTheOther) {
  const SigningKey& signer = made_once(Algorithm::rsa_pkcs1v15_2048_sha256);
  const PublicKey key = signer.public_key();
  const Bytes pss = signer.sign(Algorithm::rsa_pss_2048_sha256, as_bytes("message"));
  EXPECT_EQ(reason(key.verify_message(Algorithm::rsa_pss_2048_sha256, as_bytes("message"), pss)),
            "");
  EXPECT_EQ(
      reason(key.verify_message(Algorithm::rsa_pkcs1v15_2048_sha256, as_bytes("message"), pss)),
      "SIGNATURE_INVALID");
}

TEST(PublicKey, WhatIsNoKeyIsMalformed) {
  Bytes trailing = SigningKey::make(Algorithm::ed25519).public_key().spki();
  trailing.push_back(0);
  for (const Bytes& der : {Bytes(), Bytes{0x30, 0}, trailing}) {
    EXPECT_EQ(PublicKey::from_spki(der).error().reason, "PUBLIC_KEY_MALFORMED");
  }
  for (const char* pem : {"", "key", "-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----"}) {
    EXPECT_EQ(PublicKey::from_pem(pem).error().reason, "PUBLIC_KEY_MALFORMED");
  }
}

}  // namespace
}  // namespace chancery
