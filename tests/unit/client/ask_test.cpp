// Questions to a daemon that is full at first.
#include "client/requests/ask.h"

#include <gtest/gtest.h>

#include <atomic>

#include "chancery/v1/signer.pb.h"
#include "client/audit/lines.h"
#include "client/doctor/commands.h"
#include "client/requests/profile.h"
#include "tests/support/daemon/scripted_daemon.h"
#include "tests/support/temporary_directory.h"

namespace chancery::client {
namespace {

using namespace std::chrono_literals;
using testing::Reaction;
using testing::ScriptedDaemon;

class AskTest : public ::testing::Test {
 protected:
  // Each connection is refused at its first request, `times` times; then there is room.
  void serve(unsigned times, const Reaction& refusal) {
    daemon_.emplace(options_.socket, [this, times, refusal](const wire::Request&) {
      return asked_++ < times ? refusal : Reaction::reply("");
    });
  }
  static Reaction full() {
    Reaction reaction = Reaction::refuse(exhausted("CONNECTIONS_EXHAUSTED", "all are taken"));
    reaction.hangs_up = true;
    return reaction;
  }
  Result<v1::ListProfilesReply> ask_patiently_once() {
    Link link(options_.socket);
    return ask_patiently<v1::ListProfilesReply>(link, services::signer, "ListProfiles",
                                                v1::ListProfilesRequest{}, {options_.deadline()});
  }
  Result<v1::ListProfilesReply> ask_just_once() {
    return ask_once<v1::ListProfilesReply>(options_, services::signer, "ListProfiles",
                                           v1::ListProfilesRequest{});
  }

  testing::TemporaryDirectory directory_;
  DaemonOptions options_{.socket = directory_ / "socket", .timeout_seconds = 60};
  std::atomic<unsigned> asked_ = 0;  // the daemon counts, on threads of its own
  std::optional<ScriptedDaemon> daemon_;
};

TEST_F(AskTest, AFullDaemonIsAskedAgainOnANewConnection) {
  serve(2, full());
  EXPECT_TRUE(ask_just_once().ok());
  EXPECT_EQ(asked_.load(), 3U);
  EXPECT_EQ(daemon_->connections(), 3U);
}

// The first that `chancery sign` asks.
TEST_F(AskTest, AFullDaemonIsAskedForAProfileAgain) {
  serve(2, full());
  Link link(options_.socket);
  const auto hash = find_hash(link, "default", options_.deadline());
  EXPECT_EQ(hash.error().reason, "PROFILE_UNKNOWN");  // it lists none
  EXPECT_EQ(asked_.load(), 3U);
}

// As an HSM that is away when the daemon starts.
TEST_F(AskTest, AKeyThatTheDaemonHasNotSeenYetIsWaitedFor) {
  daemon_.emplace(options_.socket, [this](const wire::Request&) {
    v1::ListProfilesReply reply;
    v1::Profile& profile = *reply.add_profiles();
    profile.set_name("default");
    if (asked_++ < 2) {
      profile.set_unavailable("the token is away");
    } else {
      profile.set_algorithm("ecdsa-p256-sha256");
    }
    return Reaction::reply(reply.SerializeAsString());
  });
  Link link(options_.socket);
  const auto hash = find_hash(link, "default", options_.deadline());
  ASSERT_TRUE(hash.ok()) << hash.error().message;
  EXPECT_EQ(*hash, HashAlgorithm::sha256);
  EXPECT_EQ(asked_.load(), 3U);
}

TEST_F(AskTest, AFullDaemonIsAskedForTheAuditAgain) {
  daemon_.emplace(options_.socket, [this](const wire::Request&) {
    return asked_++ < 2 ? full() : Reaction::stream({""});
  });
  EXPECT_TRUE(
      read_lines(options_, "Read", "", [](std::string_view) { return Result<void>(); }).ok());
  EXPECT_EQ(asked_.load(), 3U);
}

TEST_F(AskTest, AFullDaemonIsExaminedWhenThereIsRoom) {
  serve(2, full());
  CommandLine line("chancery", "0", {});
  add_doctor(line);
  const char* const words[] = {"chancery", "doctor", "--socket", options_.socket.c_str()};
  line.run(4, words);
  EXPECT_EQ(asked_.load(), 4U);  // at last for its status, and for its profiles
}

TEST_F(AskTest, OneThatStaysFullIsReportedInItsOwnWordsByTheDeadline) {
  options_.timeout_seconds = 3;
  serve(1000, full());
  auto reply = ask_just_once();
  // On a loaded machine the last try may be cut short: that was none.
  while (!reply.ok() && reply.error().reason == "DEADLINE_PASSED") reply = ask_just_once();
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().reason, "CONNECTIONS_EXHAUSTED");
  EXPECT_GT(asked_, 2U);
}

TEST_F(AskTest, WhatMayHaveHappenedIsNotAskedForAgainUnlessItOnlyReads) {
  serve(1, Reaction::hang_up());
  EXPECT_EQ(ask_just_once().error().reason, "CONNECTION_LOST");
  EXPECT_EQ(asked_.load(), 1U);
  asked_ = 0;
  EXPECT_TRUE(ask_patiently_once().ok());
  EXPECT_EQ(asked_.load(), 2U);
}

TEST_F(AskTest, ATimeToComeAgainIsWaitedFor) {
  serve(1, Reaction::refuse(with_retry_after(exhausted("RATE_LIMITED", "slower"), 300ms)));
  const auto begin = Deadline::Clock::now();
  EXPECT_TRUE(ask_just_once().ok());
  EXPECT_GE(Deadline::Clock::now() - begin, 300ms);
  EXPECT_EQ(asked_.load(), 2U);
}

TEST_F(AskTest, ATimeToComeAgainBeyondTheDeadlineIsNot) {
  serve(1, Reaction::refuse(with_retry_after(exhausted("RATE_LIMITED", "tomorrow"), 24h)));
  const auto begin = Deadline::Clock::now();
  EXPECT_EQ(ask_just_once().error().message, "tomorrow");
  EXPECT_LT(Deadline::Clock::now() - begin, 10s);
  EXPECT_EQ(asked_.load(), 1U);
}

TEST_F(AskTest, ARefusalIsReportedAtOnce) {
  serve(1, Reaction::refuse(denied("NO_RULE", "never")));
  EXPECT_EQ(ask_patiently_once().error().reason, "NO_RULE");
  EXPECT_EQ(asked_.load(), 1U);
}

}  // namespace
}  // namespace chancery::client
