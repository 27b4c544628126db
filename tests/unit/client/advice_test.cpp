#include "client/terminal/advice.h"

#include <gmock/gmock.h>

namespace chancery::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint32_t root = 0, somebody = 1000;

TEST(Advice, SomebodyIsSentToTheOperator) {
  EXPECT_THAT(advice_for(denied("NO_RULE", ""), somebody), HasSubstr("Ask the operator"));
  EXPECT_THAT(advice_for(corrupt("JOURNAL_DAMAGED", ""), somebody), HasSubstr("tell the operator"));
}

TEST(Advice, RootIsTheOperator) {
  for (const Error& error : {denied("NO_RULE", ""), denied("KEY_IN_USE", ""),
                             corrupt("JOURNAL_DAMAGED", ""), internal("NO_ANSWER", "")}) {
    EXPECT_THAT(advice_for(error, root), Not(HasSubstr("operator"))) << error.reason;
    EXPECT_THAT(advice_for(error, root), Not(::testing::IsEmpty())) << error.reason;
  }
}

TEST(Advice, AKeyInDoubtIsNoSignatureInDoubt) {
  for (const char* reason : {"KEY_MAKING_IN_DOUBT", "KEY_REMOVAL_IN_DOUBT"}) {
    EXPECT_THAT(advice_for(outcome_unknown(reason, ""), somebody), HasSubstr("chancery keys list"));
  }
}

// Whatever failed may have had nothing to do with signing.
TEST(Advice, OnlyWhoSentSomethingToBeSignedHearsOfASignature) {
  for (const Error& error :
       {outcome_unknown("DEADLINE_PASSED", ""), unavailable("DEADLINE_PASSED", ""),
        outcome_unknown("CONNECTION_LOST", ""), outcome_unknown("KEY_HOST_LATE", ""),
        unavailable("RESTORE_FAILED", ""), unavailable("BACKUP_FAILED", "")})
    EXPECT_THAT(advice_for(error, somebody), Not(HasSubstr("signed"))) << error.reason;
  EXPECT_THAT(advice_for(outcome_unknown("DEADLINE_PASSED", ""), somebody),
              HasSubstr("longer --timeout"));
}

TEST(Advice, WhateverIsFullHasItsOwn) {
  const std::string_view general = advice_for(exhausted("SOMETHING_ELSE", ""), somebody);
  for (const char* reason :
       {"CONNECTIONS_EXHAUSTED", "REQUESTS_EXHAUSTED", "REQUEST_BYTES_EXHAUSTED",
        "STATEMENTS_IN_FLIGHT", "JOURNAL_QUEUE_FULL", "KEY_HOST_QUEUE_FULL", "REMOTE_QUEUE_FULL",
        "REMOTE_RATE_LIMITED", "RATE_LIMITED"}) {
    EXPECT_NE(advice_for(exhausted(reason, ""), somebody), general) << reason;
  }
}

TEST(Advice, WhereTheSameRequestIsNotToBlameItIsNotToBeMended) {
  EXPECT_THAT(advice_for(invalid_request("BACKUP_WOULD_FORK_LOG", ""), somebody),
              HasSubstr("docs/backup.md"));
  EXPECT_THAT(advice_for(invalid_request("RESTART_NEEDED", ""), somebody), HasSubstr("Restart"));
  EXPECT_THAT(advice_for(not_found("TRUSTED_ROOT_NOT_FOUND", ""), somebody),
              HasSubstr("chancery trust export"));
}

TEST(Advice, WhatHelpsSomebodyHelpsRootToo) {
  const Error error = not_found("PROFILE_UNKNOWN", "");
  EXPECT_EQ(advice_for(error, root), advice_for(error, somebody));
  EXPECT_THAT(advice_for(error, root), HasSubstr("chancery profiles"));
}

}  // namespace
}  // namespace chancery::client
