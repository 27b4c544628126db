#include <signal.h>

#include <algorithm>

#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

Result<v1::ReloadReply> reload(ConfiguredDaemon& daemon) {
  return daemon.call<v1::ReloadReply>("chancery.v1.Admin", "Reload", v1::ReloadRequest());
}

std::string sign(ConfiguredDaemon& daemon, std::string_view key, std::string_view profile = "") {
  v1::SignRequest request = sign_request(key, "hello");
  request.set_profile(std::string(profile));
  const auto reply = daemon.call<v1::SignReply>(signer, "Sign", request);
  return reply.ok() ? "signed" : reply.error().reason;
}

TEST(Reload, NewRulesHoldFromTheNextRequestOn) {
  ConfiguredDaemon daemon(nobody_may);
  EXPECT_EQ(sign(daemon, "before"), "NO_RULE");
  daemon.write(we_may());
  ASSERT_TRUE(reload(daemon).ok());
  EXPECT_EQ(sign(daemon, "after"), "signed");
}

TEST(Reload, ABadConfigurationIsReportedAndTheOldOneStays) {
  ConfiguredDaemon daemon(we_may());
  daemon.write("[[rule]]\nname = \"broken\"\nusres = [0]\n");
  const auto reloaded = reload(daemon);
  ASSERT_FALSE(reloaded.ok());
  EXPECT_EQ(reloaded.error().reason, "CONFIG_INVALID");
  EXPECT_NE(reloaded.error().message.find("usres"), std::string::npos);
  EXPECT_EQ(sign(daemon, "still"), "signed");
  const auto status =
      daemon.call<v1::StatusReply>("chancery.v1.Admin", "Status", v1::StatusRequest());
  EXPECT_NE(status->configuration_error().find("usres"), std::string::npos);
}

TEST(Reload, EachProblemHasALineOfItsOwnInWhatTheDaemonSays) {
  ConfiguredDaemon daemon(we_may());
  const auto profile = [](const std::string& name) {
    return "[[profile]]\nname = \"" + name + "\"\nbackend = \"software\"\nkey = \"" + name +
           "\"\nsigns = \"digests\"\n";
  };
  daemon.write(we_may() + profile("one") + profile("two"));
  ::kill(daemon.process().pid(), SIGHUP);
  const Patience patience;
  std::string said;
  while (!said.ends_with('\n') || std::ranges::count(said, '\n') < 2) {
    ASSERT_FALSE(patience.ended()) << said;
    said = daemon.standard_error();
  }
  EXPECT_NE(said.find("key \"one\" is not in backend"), std::string::npos) << said;
  EXPECT_NE(said.find("\nchanceryd: "), std::string::npos) << said;
}

TEST(Reload, WhatOnlyARestartCanChangeIsRefusedWhole) {
  ConfiguredDaemon daemon(we_may());
  daemon.write("[[backend]]\nname = \"second\"\ntype = \"software\"\ndirectory = \"/nowhere\"\n" +
               std::string(nobody_may));
  EXPECT_EQ(reload(daemon).error().reason, "RESTART_NEEDED");
  EXPECT_EQ(sign(daemon, "still"), "signed");
}

TEST(Reload, SighupDoesTheSame) {
  ConfiguredDaemon daemon(nobody_may);
  daemon.write(we_may());
  ::kill(daemon.process().pid(), SIGHUP);
  const Patience patience;
  int tries = 0;
  while (sign(daemon, std::to_string(++tries)) == "NO_RULE") ASSERT_FALSE(patience.ended());
  EXPECT_EQ(sign(daemon, "after"), "signed");
}

TEST(Profiles, AnRsaKeyGivesOneEntryForTheSameDigest) {
  ConfiguredDaemon daemon(
      "[[profile]]\nname = \"rsa\"\nbackend = \"software\"\nkey = \"rsa\"\nsigns = \"digests\"\n" +
          we_may(),
      ", \"rsa=rsa-pkcs1v15-3072-sha256\"");
  v1::SignRequest request = sign_request("one", "hello");
  request.set_profile("rsa");
  const auto first = daemon.call<v1::SignReply>(signer, "Sign", request);
  ASSERT_TRUE(first.ok()) << first.error().message;
  ASSERT_EQ(sign(daemon, "between"), "signed");
  request.set_idempotency_key("two");
  const auto second = daemon.call<v1::SignReply>(signer, "Sign", request);
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_NE(first->receipt(), second->receipt());
  EXPECT_EQ(first->log_index(), second->log_index());
  EXPECT_NE(first->bundle(), second->bundle());  // the proof is against the newest checkpoint
}

}  // namespace
}  // namespace chancery::testing
