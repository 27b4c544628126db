#include "core/crypto/algorithm.h"

#include <gtest/gtest.h>

namespace chancery {
namespace {

constexpr unsigned algorithms_count = static_cast<unsigned>(Algorithm::ed25519_ph) + 1;

TEST(Algorithm, EachIsFoundByBothItsNames) {
  for (unsigned i = 0; i < algorithms_count; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    EXPECT_EQ(algorithm_named(name_of(algorithm)), algorithm);
    EXPECT_EQ(algorithm_with_key_details(key_details_of(algorithm)), algorithm);
  }
  EXPECT_EQ(algorithm_named("rot13"), std::nullopt);
  EXPECT_EQ(algorithm_with_key_details("PKIX_ECDSA_P256_HMAC_SHA_256"), std::nullopt);
}

TEST(Algorithm, LogsTakeNeitherPssNorPureEd25519) {
  EXPECT_FALSE(is_loggable(Algorithm::ed25519));
  EXPECT_FALSE(is_loggable(Algorithm::rsa_pss_3072_sha256));
  EXPECT_TRUE(is_loggable(Algorithm::ed25519_ph));
  EXPECT_TRUE(is_loggable(Algorithm::ecdsa_p256_sha256));
}

TEST(HashAlgorithm, EachIsFoundByBothItsNames) {
  for (const HashAlgorithm hash :
       {HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512}) {
    EXPECT_EQ(hash_named(name_of(hash)), hash);
    EXPECT_EQ(hash_with_sigstore_name(sigstore_name_of(hash)), hash);
  }
  EXPECT_EQ(hash_named("sha1"), std::nullopt);
}

}  // namespace
}  // namespace chancery
