#include "core/policy/rate.h"

#include <gtest/gtest.h>

namespace chancery::policy {
namespace {

using namespace std::chrono_literals;

constexpr TokenBucket::Time start{};

TEST(ParseRate, TakesANumberAndAUnit) {
  EXPECT_EQ(parse_rate("10/second"), (Rate{10, 1s}));
  EXPECT_EQ(parse_rate("5/day"), (Rate{5, 24h}));
  EXPECT_EQ(parse_rate("100/minute")->words(), "100/minute");
  for (const char* bad : {"", "10", "/minute", "0/minute", "-1/minute", "1.5/minute", "10/minutes",
                          "10 / minute", "10/", "1000001/second", "99999999999999999999/day"}) {
    EXPECT_FALSE(parse_rate(bad)) << bad;
  }
}

TEST(TokenBucket, GivesItsTokensAtOnceAndThenOneByOne) {
  const Rate rate{3, 60s};
  TokenBucket bucket;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(bucket.wait(rate, start), 0ns);
    bucket.take(rate, start);
  }
  EXPECT_EQ(bucket.wait(rate, start), 20s);
  EXPECT_EQ(bucket.wait(rate, start + 19s), 1s);
  EXPECT_EQ(bucket.wait(rate, start + 20s), 0ns);
  bucket.take(rate, start + 20s);
  EXPECT_EQ(bucket.wait(rate, start + 20s), 20s);
}

TEST(TokenBucket, IsNeverMoreThanFull) {
  const Rate rate{2, 1s};
  TokenBucket bucket;
  bucket.take(rate, start);
  EXPECT_FALSE(bucket.is_full(start));
  EXPECT_TRUE(bucket.is_full(start + 500ms));
  for (int i = 0; i < 2; ++i) bucket.take(rate, start + 1h);
  EXPECT_GT(bucket.wait(rate, start + 1h), 0ns);
}

}  // namespace
}  // namespace chancery::policy
