#include "daemon/server/gate.h"

#include <gtest/gtest.h>

#include <vector>

namespace chancery::daemon {
namespace {

constexpr std::uint32_t own = 900;
constexpr std::uint32_t first = 1001, second = 1002, third = 1003;

// Five connections, of which two are kept and three may be one user's.
class GateTest : public ::testing::Test {
 protected:
  bool enter(std::uint32_t uid) {
    Holding place(gate_.of_user(uid).connections);
    if (!place.grow_to(1)) return false;
    held_.push_back(std::move(place));
    return true;
  }
  bool helps(std::uint32_t uid, std::uint32_t holder) {
    return gate_.whose_helps(uid, &Meters::connections)(holder);
  }

  static ServerLimits limits() {
    ServerLimits limits;
    limits.connections_max = 5;
    limits.connections_per_uid_max = 3;
    limits.connections_kept = 2;
    return limits;
  }
  Gate gate_{limits(), own};
  std::vector<Holding> held_;
};

TEST_F(GateTest, WhatIsKeptIsForRootAndTheDaemonsOwnUser) {
  EXPECT_TRUE(enter(first) && enter(first) && enter(second));
  EXPECT_FALSE(enter(third));
  EXPECT_TRUE(enter(0) && enter(own));
  EXPECT_FALSE(enter(0));
  EXPECT_EQ(gate_.all().connections->used(), 5U);
}

TEST_F(GateTest, TheyMayUseTheRestAsWell) {
  EXPECT_TRUE(enter(0) && enter(0) && enter(0));
  EXPECT_FALSE(enter(0));  // a user's bound is theirs, too
  EXPECT_TRUE(enter(own));
  EXPECT_TRUE(enter(first));
  EXPECT_FALSE(enter(second));
  EXPECT_FALSE(enter(own));
}

TEST_F(GateTest, TheLastAreForUsersWhoHaveFew) {
  ServerLimits bounds = limits();
  bounds.connections_max = 10;
  bounds.connections_per_uid_max = 6;
  bounds.connections_for_newcomers = 3;
  bounds.connections_of_a_newcomer_max = 2;
  Gate gate(bounds, own);
  const auto enters = [&](std::uint32_t uid) {
    Holding place(gate.of_user(uid).connections);
    if (!place.grow_to(1)) return false;
    held_.push_back(std::move(place));
    return true;
  };
  const auto helps = [&](std::uint32_t uid, std::uint32_t holder) {
    return gate.whose_helps(uid, &Meters::connections)(holder);
  };
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(enters(first));
  EXPECT_FALSE(enters(first));
  EXPECT_TRUE(helps(first, second) && helps(first, first));
  EXPECT_FALSE(helps(first, 0)) << "of the others' places";
  EXPECT_TRUE(enters(second) && enters(second));
  EXPECT_FALSE(enters(second));
  EXPECT_TRUE(enters(third));
  EXPECT_FALSE(enters(third)) << "all are taken";
  EXPECT_TRUE(helps(third, first));
  EXPECT_TRUE(enters(0) && enters(own));
}

TEST_F(GateTest, OfRequestsAndBytesSomeAreKeptToo) {
  for (const auto what : {&Meters::requests, &Meters::request_bytes, &Meters::unsent_bytes}) {
    Holding a((gate_.of_user(first).*what)), b((gate_.of_user(second).*what)),
        c((gate_.of_user(third).*what)), root((gate_.of_user(0).*what));
    for (Holding* holding : {&a, &b, &c}) {
      std::size_t amount = 0;
      for (std::size_t step = 128U << 20; step > 0; step /= 2) {
        if (holding->grow_to(amount + step)) amount += step;
      }
    }
    EXPECT_FALSE(c.grow_to(200U << 20));
    EXPECT_TRUE(root.grow_to(16));
  }
}

TEST_F(GateTest, APlaceIsSoughtWhereItHelps) {
  EXPECT_TRUE(enter(first) && enter(first) && enter(first));
  // Of a user who has all that one may have, only an own place; so of the others in all.
  EXPECT_TRUE(helps(first, first));
  EXPECT_FALSE(helps(first, second));
  EXPECT_FALSE(helps(first, 0));
  EXPECT_TRUE(enter(0));
  EXPECT_TRUE(helps(second, first));
  EXPECT_FALSE(helps(second, 0));
  EXPECT_TRUE(enter(own));
  EXPECT_TRUE(helps(own, first));
  EXPECT_TRUE(helps(own, 0));
}

}  // namespace
}  // namespace chancery::daemon
