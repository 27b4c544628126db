#include "core/crypto/ed25519_ph.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "core/base/encoding.h"
#include "core/crypto/digest.h"

namespace chancery {
namespace {

// RFC 8032 7.3: the test vector of Ed25519ph, for the message "abc".
const Bytes key = *hex_decode("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf");
const Bytes abc = digest(HashAlgorithm::sha512, as_bytes("abc")).value;
const Bytes signature = *hex_decode(
    "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
    "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406");

TEST(Ed25519Ph, VerifiesTheVectorOfTheRfc) {
  EXPECT_TRUE(verifies_ed25519_ph(key, abc, signature));
}

TEST(Ed25519Ph, RefusesEveryBitFlipped) {
  for (const unsigned which : {0U, 1U, 2U}) {
    Bytes parts[] = {key, abc, signature};
    for (std::size_t bit = 0; bit < parts[which].size() * 8; ++bit) {
      const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
      parts[which][bit / 8] ^= mask;
      ASSERT_FALSE(verifies_ed25519_ph(parts[0], parts[1], parts[2]));
      parts[which][bit / 8] ^= mask;
    }
  }
}

TEST(Ed25519Ph, RefusesASecondEncodingOfTheSameScalar) {
  // S + L verifies with a careless verifier.
  const Bytes order =
      *hex_decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  Bytes altered = signature;
  unsigned carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    carry += unsigned{altered[32 + i]} + unsigned{order[i]};
    altered[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(verifies_ed25519_ph(key, abc, altered));
}

TEST(Ed25519Ph, RefusesKeysOfSmallOrder) {
  // With A of small order, R = [S]B verifies for many messages.
  Bytes forged(64);
  forged[32] = 1;
  ASSERT_EQ(crypto_scalarmult_ed25519_base_noclamp(forged.data(), forged.data() + 32), 0);
  for (const char* point : {"0100000000000000000000000000000000000000000000000000000000000000",
                            "0000000000000000000000000000000000000000000000000000000000000000",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    EXPECT_FALSE(verifies_ed25519_ph(*hex_decode(point), abc, forged)) << point;
  }
}

TEST(Ed25519Ph, RefusesOtherLengths) {
  EXPECT_FALSE(verifies_ed25519_ph({}, abc, signature));
  EXPECT_FALSE(verifies_ed25519_ph(key, ByteView(abc).first(32), signature));
  EXPECT_FALSE(verifies_ed25519_ph(key, abc, ByteView(signature).first(63)));
}

TEST(Ed25519Ph, AgreesWithLibsodiumsOwnInterface) {
  for (unsigned i = 0; i < 200; ++i) {
    Bytes public_part(crypto_sign_PUBLICKEYBYTES);
    Bytes secret(crypto_sign_SECRETKEYBYTES);
    Bytes made(crypto_sign_BYTES);
    const Bytes seed = to_bytes(sha256(as_bytes(std::to_string(i))));
    crypto_sign_seed_keypair(public_part.data(), secret.data(), seed.data());
    const std::string message(i, 'm');
    crypto_sign_state state;
    crypto_sign_init(&state);
    crypto_sign_update(&state, as_bytes(message).data(), message.size());
    crypto_sign_final_create(&state, made.data(), nullptr, secret.data());
    const Bytes hashed = digest(HashAlgorithm::sha512, as_bytes(message)).value;
    EXPECT_TRUE(verifies_ed25519_ph(public_part, hashed, made)) << i;
    made[i % made.size()] ^= 4;
    EXPECT_FALSE(verifies_ed25519_ph(public_part, hashed, made)) << i;
  }
}

}  // namespace
}  // namespace chancery
