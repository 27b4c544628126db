#include "core/crypto/public_key.h"

#include <gmock/gmock.h>
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

// Of a P-256 key's SubjectPublicKeyInfo: 91 bytes, of which the last 64 are x and y.
Bytes with_compressed_point(Bytes spki) {
  const bool is_odd = (spki.back() & 1) != 0;
  spki.resize(spki.size() - 32);
  spki[1] = 57;                                          // the SEQUENCE
  spki[24] = 34;                                         // the BIT STRING
  spki[26] = static_cast<std::uint8_t>(is_odd ? 3 : 2);  // SEC 1 2.3.3
  return spki;
}

TEST(PublicKey, APointMayBeCompressed) {
  for (int i = 0; i < 4; ++i) {
    const SigningKey signer = SigningKey::make(Algorithm::ecdsa_p256_sha256);
    const PublicKey key = *PublicKey::from_spki(with_compressed_point(signer.public_key().spki()));
    EXPECT_EQ(key.algorithm(), Algorithm::ecdsa_p256_sha256);
    EXPECT_EQ(reason(key.verify_message(key.algorithm(), as_bytes("message"),
                                        signer.sign(as_bytes("message")))),
              "");
  }
}

// What is made from its parts is refused for what d2i_PUBKEY refuses.
TEST(PublicKey, APointThatIsNotOnItsCurveIsMalformed) {
  for (const Algorithm algorithm :
       {Algorithm::ecdsa_p256_sha256, Algorithm::ecdsa_p384_sha384, Algorithm::ecdsa_p521_sha512}) {
    Bytes spki = SigningKey::make(algorithm).public_key().spki();
    spki.back() ^= 1;
    EXPECT_EQ(PublicKey::from_spki(spki).error().reason, "PUBLIC_KEY_MALFORMED");
  }
}

TEST(PublicKey, WhatIsNoKeyIsMalformed) {
  const Bytes good = SigningKey::make(Algorithm::ed25519).public_key().spki();
  Bytes trailing = good;
  trailing.push_back(0);
  Bytes trailing_within = trailing;
  ++trailing_within[1];
  // RFC 8410 3: "the parameters MUST be absent".
  Bytes with_parameters = good;
  with_parameters.insert(with_parameters.begin() + 9, {5, 0});
  with_parameters[1] = static_cast<std::uint8_t>(with_parameters[1] + 2);
  with_parameters[3] = static_cast<std::uint8_t>(with_parameters[3] + 2);
  Bytes short_key = good;
  short_key.pop_back();
  --short_key[1];
  --short_key[10];
  for (const Bytes& der :
       {Bytes(), Bytes{0x30, 0}, trailing, trailing_within, with_parameters, short_key}) {
    EXPECT_EQ(PublicKey::from_spki(der).error().reason, "PUBLIC_KEY_MALFORMED");
  }
  for (const char* pem : {"", "key", "-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----"}) {
    EXPECT_EQ(PublicKey::from_pem(pem).error().reason, "PUBLIC_KEY_MALFORMED");
  }
}

// Whatever it is, it is named: by the name that OpenSSL has for it, else by its numbers.
TEST(PublicKey, OneOfAnotherKindIsUnsupported) {
  Bytes spki = SigningKey::make(Algorithm::ed25519).public_key().spki();
  ASSERT_EQ(spki[8], 112);  // the end of 1.3.101.112
  spki[8] = 127;
  const Result<PublicKey> unknown = PublicKey::from_spki(spki);
  EXPECT_EQ(unknown.error().reason, "PUBLIC_KEY_UNSUPPORTED");
  EXPECT_THAT(unknown.error().message, ::testing::HasSubstr("it is 1.3.101.127: "));
  spki[8] = 110;
  EXPECT_THAT(PublicKey::from_spki(spki).error().message, ::testing::HasSubstr("it is X25519: "));
  // A curve for signatures of another kind.
  const Bytes sm2 = {0x30, 0x19, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                     0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x81, 0x1c,
                     0xcf, 0x55, 0x01, 0x82, 0x2d, 0x03, 0x02, 0x00, 0x04};
  EXPECT_THAT(PublicKey::from_spki(sm2).error().message, ::testing::HasSubstr("it is SM2: "));
  // Such a name, and no library that reads it.
  const Bytes gost = {0x30, 0x13, 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x85, 0x03, 0x07, 0x01,
                      0x01, 0x01, 0x01, 0x03, 0x05, 0x00, 1,    2,    3,    4};
  EXPECT_THAT(PublicKey::from_spki(gost).error().message,
              ::testing::HasSubstr("it is gost2012_256: "));
}

}  // namespace
}  // namespace chancery
