#include "client/requests/idempotency_key.h"

#include <gtest/gtest.h>

#include <set>

namespace chancery::client {
namespace {

TEST(IdempotencyKey, HasTheFormOfTheExampleInRfc9562) {
  // RFC 9562 A.6: 2022-02-22 19:22:22 UTC, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
  const Bytes random{0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F};
  EXPECT_EQ(make_idempotency_key(std::chrono::milliseconds(0x017F22E279B0), random),
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(IdempotencyKey, LaterOnesSortBehind) {
  const Bytes high(idempotency_random_bytes, 0xFF);
  const Bytes low(idempotency_random_bytes, 0x00);
  EXPECT_LT(make_idempotency_key(std::chrono::milliseconds(1'800'000'000'000), high),
            make_idempotency_key(std::chrono::milliseconds(1'800'000'000'001), low));
}

TEST(IdempotencyKey, NewOnesDiffer) {
  std::set<std::string> keys;
  for (int i = 0; i < 1000; ++i) keys.insert(new_idempotency_key());
  EXPECT_EQ(keys.size(), 1000U);
}

}  // namespace
}  // namespace chancery::client
