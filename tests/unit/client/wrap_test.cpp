#include "client/audit/wrap.h"

#include <gmock/gmock.h>

namespace chancery::client {
namespace {

using ::testing::ElementsAre;

TEST(WrapMembers, WhatFitsAndWhatNoTerminalReadsIsOneLine) {
  const std::string line = "now  17  refused  uid 1000";
  EXPECT_THAT(wrap_members(line, 26), ElementsAre(line));
  EXPECT_THAT(wrap_members(line, 0), ElementsAre(line));
}

TEST(WrapMembers, ALineIsBrokenBetweenMembersAlone) {
  EXPECT_THAT(wrap_members("now  17  refused  method Signer.Sign  uid 1000  pid 4711", 25),
              ElementsAre("now  17  refused", "        method Signer.Sign", "        uid 1000",
                          "        pid 4711"));
  EXPECT_THAT(wrap_members("now  uid 1  pid 2  key software:a", 20),
              ElementsAre("now  uid 1  pid 2", "        key software:a"));
}

TEST(WrapMembers, WhatAValueQuotesIsNotBroken) {
  EXPECT_THAT(wrap_members(R"(now  message "a  b \"  c"  pid 2)", 12),
              ElementsAre("now", R"(        message "a  b \"  c")", "        pid 2"));
}

}  // namespace
}  // namespace chancery::client
