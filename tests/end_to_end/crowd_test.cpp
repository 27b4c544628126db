// Many callers at once, and callers without a rule.
#include <set>

#include "tests/end_to_end/running_daemon.h"

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
  const TemporaryDirectory directory;
  const std::filesystem::path state = directory / "state";
  write_text(directory / "chancery.toml",
             "[server]\nsocket = \"" + (directory / "socket").string() +
                 "\"\n[state]\ndirectory = \"" + state.string() +
                 "\"\n[log]\norigin = \"log.test\"\nbackend = \"software\"\nkey = \"log\"\n"
                 "[[backend]]\nname = \"software\"\ntype = \"software\"\ndirectory = \"" +
                 (state / "keys").string() +
                 "\"\nmake_missing = [\"default=ecdsa-p256-sha256\", \"log=ed25519\"]\n"
                 "[[profile]]\nname = \"default\"\nbackend = \"software\"\nkey = "
                 "\"default\"\nsigns = \"digests\"\n"
                 "[[rule]]\nname = \"nobody-may\"\nusers = [65533]\nprofiles = [\"default\"]\n");
  const auto daemon =
      DaemonProcess::start({.program = std::filesystem::path(CHANCERY_PROGRAMS) / "chanceryd",
                            .state_directory = {},
                            .socket = {},
                            .config = directory / "chancery.toml"});
  ASSERT_TRUE(daemon.ok()) << daemon.error().message;
  auto connection = client::Connection::open(directory / "socket", soon());
  ASSERT_TRUE(connection.ok());
  const auto answer =
      (*connection)->call(signer, "Sign", sign_request("a", "hello").SerializeAsString(), soon());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::denied);
  EXPECT_EQ(answer.error().reason, "NO_RULE");
  EXPECT_NE(answer.error().message.find("nobody-may"), std::string::npos) << answer.error().message;
}

}  // namespace
}  // namespace chancery::testing
