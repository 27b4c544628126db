#include "tests/conformance/key_backend_conformance.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>
#include <thread>

#include "core/crypto/public_key.h"

namespace chancery::conformance {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

Deadline soon() { return Deadline::after(30s); }
Deadline past() { return Deadline::after(-1s); }

}  // namespace

std::string camel_case(std::string_view words) {
  std::string out;
  bool begins = true;
  for (const char c : words) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
      begins = true;
      continue;
    }
    out += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    begins = false;
  }
  return out;
}

Instances KeyBackendConformance::open(std::size_t count) {
  Result<Instances> opened = device_->open(count);
  if (!opened.ok()) {
    ADD_FAILURE() << opened.error().reason << ": " << opened.error().message;
    return {};
  }
  EXPECT_EQ(opened->size(), count);
  return std::move(*opened);
}

Bytes KeyBackendConformance::input(std::uint8_t seed) const {
  if (takes_message(algorithm())) return Bytes(1000, seed);
  return Bytes(digest_bytes(hash_of(algorithm())), seed);
}

Result<void> KeyBackendConformance::verify(const KeyInfo& key, ByteView input,
                                           ByteView signature) const {
  const PublicKey public_key = TRY(PublicKey::from_spki(key.spki));
  return takes_message(key.algorithm) ? public_key.verify_message(key.algorithm, input, signature)
                                      : public_key.verify_digest(key.algorithm, input, signature);
}

TEST_P(KeyBackendConformance, ListsItsKeyWithAlgorithmAndPublicKey) {
  const Instances backend = open();
  const auto keys = backend.at(0)->list_keys(soon());
  ASSERT_TRUE(keys.ok()) << keys.error().message;
  ASSERT_EQ(keys->size(), 1U);
  EXPECT_EQ(keys->front().name, "key");
  EXPECT_EQ(keys->front().algorithm, algorithm());
  const auto public_key = PublicKey::from_spki(keys->front().spki);
  ASSERT_TRUE(public_key.ok());
  EXPECT_TRUE(fits(public_key->algorithm(), algorithm()));
}

TEST_P(KeyBackendConformance, SignatureVerifiesWithTheListedPublicKey) {
  const Instances backend = open();
  const KeyInfo key = backend.at(0)->list_keys(soon()).value().at(0);
  const auto signature = backend[0]->sign("key", input(), soon());
  ASSERT_TRUE(signature.ok()) << signature.error().message;
  EXPECT_TRUE(verify(key, input(), *signature).ok());
  EXPECT_FALSE(verify(key, input(2), *signature).ok());
}

// PublicKey takes strict DER for ECDSA, so what is left is the raw ones' length; many signatures,
// because one in 128 has a short r or s.
TEST_P(KeyBackendConformance, AnswersInTheEncodingOfTheAlgorithm) {
  const Instances backend = open();
  const KeyInfo key = backend.at(0)->list_keys(soon()).value().at(0);
  // A number of an ECDSA signature begins with a zero byte in every 128th: that it is then written
  // shorter, key_numbers_test shows each time.
  const int rounds = is_rsa(algorithm()) ? 4 : 100;
  for (int i = 0; i < rounds; ++i) {
    const Bytes digest = input(static_cast<std::uint8_t>(i));
    const auto signature = backend[0]->sign("key", digest, soon());
    ASSERT_TRUE(signature.ok()) << signature.error().message;
    ASSERT_TRUE(verify(key, digest, *signature).ok()) << "round " << i;
    if (is_rsa(algorithm())) {
      EXPECT_EQ(signature->size(), rsa_bits(algorithm()) / 8);
    } else if (takes_message(algorithm())) {
      EXPECT_EQ(signature->size(), 64U);
    }
  }
}

TEST_P(KeyBackendConformance, UnknownKeyIsNotFound) {
  const Instances backend = open();
  const auto signature = backend.at(0)->sign("nobody", input(), soon());
  ASSERT_FALSE(signature.ok());
  EXPECT_EQ(signature.error().code, ErrorCode::not_found);
  EXPECT_EQ(signature.error().reason, "KEY_NOT_FOUND");
}

TEST_P(KeyBackendConformance, WrongDigestLengthIsInvalidRequest) {
  const Instances backend = open();
  for (const std::size_t size : {0U, 20U, 31U, 33U, 47U, 63U, 65U, 128U}) {
    const auto signature = backend.at(0)->sign("key", Bytes(size, 1), soon());
    ASSERT_EQ(signature.ok(), takes_message(algorithm())) << size;
    if (signature.ok()) continue;
    EXPECT_EQ(signature.error().code, ErrorCode::invalid_request);
    EXPECT_EQ(signature.error().reason, "DIGEST_LENGTH_WRONG");
  }
  EXPECT_TRUE(backend[0]->sign("key", input(), soon()).ok());
}

TEST_P(KeyBackendConformance, PassedDeadlineIsUnavailableAndSignsNothing) {
  const Instances backend = open();
  const auto signature = backend.at(0)->sign("key", input(), past());
  ASSERT_FALSE(signature.ok());
  EXPECT_EQ(signature.error().code, ErrorCode::unavailable);
  EXPECT_EQ(signature.error().reason, "DEADLINE_PASSED");
  EXPECT_TRUE(backend[0]->sign("key", input(), soon()).ok());
}

TEST_P(KeyBackendConformance, RecoversAfterTheDeviceGoesAndComesBack) {
  const Instances backend = open();
  ASSERT_TRUE(backend.at(0)->sign("key", input(), soon()).ok());
  device_->take_away();
  const auto meanwhile = backend[0]->sign("key", input(), Deadline::after(2s));
  if (!meanwhile.ok()) {
    EXPECT_THAT(meanwhile.error().code,
                ::testing::AnyOf(ErrorCode::unavailable, ErrorCode::outcome_unknown));
  }
  device_->bring_back();
  const auto after = backend[0]->sign("key", input(), soon());
  EXPECT_TRUE(after.ok()) << after.error().reason << ": " << after.error().message;
}

TEST_P(KeyBackendConformance, ListsTheSameKeysAfterReopening) {
  Bytes before;
  {
    const Instances backend = open();
    before = backend.at(0)->list_keys(soon()).value().at(0).spki;
  }
  const Instances backend = open();
  const auto after = backend.at(0)->list_keys(soon());
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->at(0).spki, before);
}

TEST_P(KeyBackendSecret, ErrorsNeverContainThePin) {
  const std::string wrong = "Xenophobic-Quartz-77";
  {
    const Instances backend = open();
    for (const auto& failed : {backend.at(0)->sign("nobody", input(), soon()),
                               backend[0]->sign("key", input(), past())}) {
      EXPECT_THAT(failed.error().message, Not(HasSubstr(device().secret())));
    }
  }
  device().configure_secret(wrong);
  const auto refused = device_->open(1);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_request);
  EXPECT_THAT(refused.error().message, Not(HasSubstr(wrong)));
  EXPECT_THAT(refused.error().message, Not(HasSubstr(device().secret())));
  device().configure_secret(device().secret());
  EXPECT_EQ(open().size(), 1U);
}

TEST_P(KeyBackendConformance, AsManyInstancesAsItTakesSignAtOnce) {
  const std::size_t count = std::min<std::size_t>(2, GetParam().threads_max);
  const Instances backend = open(count);
  const KeyInfo key = backend.at(0)->list_keys(soon()).value().at(0);
  std::vector<std::thread> threads;
  std::vector<int> good(count);
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      for (std::uint8_t round = 0; round < 20; ++round) {
        const auto signature = backend.at(i)->sign("key", input(round), soon());
        if (signature.ok() && verify(key, input(round), *signature).ok()) ++good[i];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(good, ::testing::Each(20));
}

}  // namespace chancery::conformance
