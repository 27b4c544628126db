// Many callers at once, and callers without a rule.
#include <set>

#include "tests/end_to_end/configured_daemon.h"

namespace chancery::testing {
namespace {

TEST(Crowd, TheSameKeyFromManyCallersIsOneSignature) {
  RunningDaemon daemon;
  const std::string request = sign_request("one", "hello").SerializeAsString();
  std::vector<client::PendingCall> calls;
  for (int i = 0; i < 200; ++i) {
    calls.push_back(daemon.connection().submit(signer, "Sign", request, soon()));
  }
  std::set<std::string> answers;
  for (client::PendingCall& call : calls) answers.insert(call.wait().value());
  EXPECT_EQ(answers.size(), 1U);
  const auto status =
      daemon.call<v1::StatusReply>("chancery.v1.Admin", "Status", v1::StatusRequest());
  EXPECT_EQ(status->log_size(), 1U);
}

TEST(Crowd, EachOfManyRequestsHasAnEntryOfItsOwn) {
  RunningDaemon daemon;
  std::vector<client::PendingCall> calls;
  for (int i = 0; i < 400; ++i) {
    const std::string name = std::to_string(i);
    calls.push_back(daemon.connection().submit(
        signer, "Sign", sign_request(name, name).SerializeAsString(), soon()));
  }
  std::set<std::uint64_t> indexes;
  for (client::PendingCall& call : calls) {
    v1::SignReply reply;
    ASSERT_TRUE(reply.ParseFromString(call.wait().value()));
    indexes.insert(reply.log_index());
  }
  EXPECT_EQ(indexes.size(), 400U);
  EXPECT_EQ(*indexes.rbegin(), 399U);
}

TEST(Crowd, WhoeverHasNoRuleIsRefusedWithItsName) {
  ConfiguredDaemon daemon(nobody_may);
  const auto answer = daemon.call<v1::SignReply>(signer, "Sign", sign_request("a", "hello"));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::denied);
  EXPECT_EQ(answer.error().reason, "NO_RULE");
  EXPECT_NE(answer.error().message.find("nobody-may"), std::string::npos) << answer.error().message;
}

}  // namespace
}  // namespace chancery::testing
