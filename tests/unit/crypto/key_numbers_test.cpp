#include "core/crypto/key_numbers.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "tests/support/sigstore/signing_key.h"

namespace chancery {
namespace {

// 32 bytes, as devices give them: `first` and zeros.
Bytes number(std::initializer_list<std::uint8_t> first) {
  Bytes bytes(first);
  bytes.resize(32);
  return bytes;
}

std::string der(const Bytes& r, const Bytes& s) { return hex_encode(ecdsa_der(r, s)); }

// X.690 8.3: as few bytes as hold the number, and one more where it would look negative.
TEST(KeyNumbers, EcdsaNumbersAreWrittenAsShortAsTheyAre) {
  const std::string zeros(56, '0');
  EXPECT_EQ(der(number({0x7f}), number({1})), "304402207f000000" + zeros + "022001000000" + zeros);
  EXPECT_EQ(der(number({0x80}), number({0xff})),
            "304602210080000000" + zeros + "022100ff000000" + zeros);
  EXPECT_EQ(der(number({0, 1}), number({0, 0x80})),
            "3043021f010000" + zeros + "022000800000" + zeros);
  EXPECT_EQ(der(number({0, 0, 1}), number({0, 0, 0, 0x80})),
            "3040021e0100" + zeros + "021e0080" + zeros);
}

TEST(KeyNumbers, APointIsOnItsCurveOrMalformed) {
  const auto key = testing::SigningKey::make(Algorithm::ecdsa_p256_sha256).public_key();
  const ByteView point = ByteView(key.spki()).last(64);
  EXPECT_EQ(*spki_of_point(Algorithm::ecdsa_p256_sha256, point.first(32), point.last(32)),
            key.spki());
  EXPECT_EQ(spki_of_point(Algorithm::ecdsa_p256_sha256, Bytes{5}, Bytes{5}).error().reason,
            "PUBLIC_KEY_MALFORMED");
}

}  // namespace
}  // namespace chancery
