#include "daemon/finisher/plan.h"

#include <gtest/gtest.h>

namespace chancery::daemon {
namespace {

TEST(Plan, ComesBackFromTheJournalAsItWas) {
  const Plan plan{{"public", "internal"}, {"a", "b-2.x"}, 2};
  const auto read = parse_plan(write_plan(plan));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->logs, plan.logs);
  EXPECT_EQ(read->authorities, plan.authorities);
  EXPECT_EQ(read->timestamps, 2U);
}

TEST(Plan, OfOurOwnLogAloneIsEmpty) {
  EXPECT_EQ(write_plan({}), "");
  EXPECT_TRUE(parse_plan("")->empty());
}

TEST(Plan, WithoutTimestampsIsAPlanToo) {
  const auto read = parse_plan(write_plan({{"public"}, {}, 0}));
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->authorities.empty());
}

TEST(Plan, DamagedOneIsNotRead) {
  for (const std::string_view text :
       {"logs", "logs a\n", "logs a\ntimestamps\n", "logs a\ntimestamps x b\n",
        "logs a\ntimestamps -1 b\n", "timestamps 1 b\nlogs a\n",
        "logs a\ntimestamps 1 b\nmore\n"}) {
    const auto read = parse_plan(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().reason, "JOURNAL_DAMAGED");
  }
}

}  // namespace
}  // namespace chancery::daemon
