// Signatures that a log and timestamp authorities elsewhere have a part in, whatever these do.
#include "tests/end_to_end/elsewhere/elsewhere.h"
#include "tests/support/patience.h"

#include <gmock/gmock.h>

#include <mutex>
#include <thread>

namespace chancery::testing {
namespace {

using Fault = Elsewhere::Fault;

void expect_receipt(const v1::SignReply& reply) {
  EXPECT_THAT(reply.state(), ::testing::AnyOf(v1::STATE_SIGNED, v1::STATE_TIMESTAMPED));
  EXPECT_FALSE(reply.receipt().empty());
  EXPECT_TRUE(reply.bundle().empty());
}

TEST(ElsewhereTest, SignatureIsStampedAndRecordedBeforeItLeaves) {
  Elsewhere elsewhere;
  ConfiguredDaemon daemon(elsewhere.sections());
  const auto reply = sign(daemon, "a");
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  expect_verified(elsewhere, *reply, "a", 1);
  EXPECT_EQ(elsewhere.leaves().size(), 1U);
  EXPECT_EQ(elsewhere.second.server.seen().size(), 0U);
}

// With the log's rate at one signature a second.
std::string slow_sections(const Elsewhere& elsewhere, std::string_view options) {
  std::string sections = elsewhere.sections(options);
  constexpr std::string_view name = "name = \"memory\"\n";
  return sections.insert(sections.find(name) + name.size(), "per_second = 1\n");
}

// The reasons of those that were refused, of so many that come at once.
std::vector<std::string> sign_at_once(const ConfiguredDaemon& daemon, unsigned count) {
  std::mutex mutex;
  std::vector<std::string> reasons;
  std::vector<std::thread> clients;
  for (unsigned i = 0; i < count; ++i) {
    clients.emplace_back([&, i] {
      const auto answer = sign_alone(daemon, std::to_string(i));
      const std::lock_guard lock(mutex);
      if (!answer.ok()) reasons.push_back(answer.error().reason);
    });
  }
  for (std::thread& client : clients) client.join();
  return reasons;
}

TEST(ElsewhereTest, WhatIsBeyondARateIsRefusedBeforeItIsSigned) {
  for (const std::string_view options :
       {std::string_view(R"(timestamps = ["first"])"), by_deadline}) {
    Elsewhere elsewhere;
    ConfiguredDaemon daemon(slow_sections(elsewhere, options));
    constexpr unsigned count = 8;
    const std::vector<std::string> refused = sign_at_once(daemon, count);
    EXPECT_FALSE(refused.empty());
    EXPECT_LT(refused.size(), count);
    EXPECT_THAT(refused, ::testing::Each("REMOTE_RATE_LIMITED"));
    EXPECT_EQ(status_of(daemon).log_size(), count - refused.size());
    EXPECT_EQ(elsewhere.first.server.seen().size(), count - refused.size());
  }
}

TEST(ElsewhereTest, RepeatedRequestTakesNothingFromARate) {
  Elsewhere elsewhere;
  ConfiguredDaemon daemon(slow_sections(elsewhere, R"(timestamps = ["first"])"));
  const auto first = sign(daemon, "a");
  ASSERT_TRUE(first.ok()) << first.error().message;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sign(daemon, "a")->bundle(), first->bundle());
}

TEST(ElsewhereTest, SigningConfigNamesTheServices) {
  Elsewhere elsewhere;
  const std::string file = elsewhere.directory / "signing_config.json";
  const std::string trust = elsewhere.directory / "trusted_root.json";
  const auto service = [](const std::string& url, int version) {
    return R"([{"url": ")" + url + R"(", "majorApiVersion": )" + std::to_string(version) +
           R"(, "validFor": {"start": "2020-01-01T00:00:00Z"}}])";
  };
  write_text(file, R"({"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
    "rekorTlogConfig": {"selector": "ANY"}, "tsaConfig": {"selector": "ANY"},
    "rekorTlogUrls": )" +
                       service(elsewhere.log_server.url(), 2) + R"(, "tsaUrls": )" +
                       service(elsewhere.first.server.url(), 1) + "}");
  ConfiguredDaemon daemon("[[signing_config]]\nname = \"memory\"\nfile = \"" + file +
                          "\"\ntrusted_root = \"" + trust +
                          "\"\n[[profile]]\nname = \"remote\"\nbackend = \"software\"\n"
                          "key = \"default\"\nsigns = \"digests\"\nsigning_config = \"memory\"\n" +
                          we_may());
  const auto reply = sign(daemon, "a");
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  expect_verified(elsewhere, *reply, "a", 1);
}

TEST(ElsewhereTest, TwoAuthoritiesAreAskedWhereTwoAreRequired) {
  Elsewhere elsewhere;
  ConfiguredDaemon daemon(
      elsewhere.sections("timestamps = [\"first\", \"second\"]\ntimestamps_required = 2"));
  const auto reply = sign(daemon, "a");
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  expect_verified(elsewhere, *reply, "a", 2);
}

TEST(ElsewhereTest, TheNextAuthorityStandsInForOneThatIsIll) {
  Elsewhere elsewhere;
  elsewhere.first.is_ill = true;
  ConfiguredDaemon daemon(elsewhere.sections("timestamps = [\"first\", \"second\"]"));
  const auto reply = sign(daemon, "a");
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  expect_verified(elsewhere, *reply, "a", 1);
  EXPECT_EQ(elsewhere.second.server.seen().size(), 1U);
  EXPECT_THAT(daemon.standard_error(), ::testing::HasSubstr("timestamp authority first"));
}

TEST(ElsewhereTest, WhoeverCannotWaitLeavesWithAReceipt) {
  Elsewhere elsewhere;
  elsewhere.order(Fault::away);
  ConfiguredDaemon daemon(elsewhere.sections());
  const auto receipt = sign_impatiently(daemon, "a");
  ASSERT_TRUE(receipt.ok()) << receipt.error().message;
  expect_receipt(*receipt);
  elsewhere.order(Fault::none);
  expect_verified(elsewhere, wait_for(daemon, receipt->receipt()), "a", 1);
}

TEST(ElsewhereTest, EntryWhoseReplyIsLostIsRecordedOnce) {
  Elsewhere elsewhere;
  elsewhere.rekor.remembers_duplicates = false;
  elsewhere.order(Fault::lost, 1);
  ConfiguredDaemon daemon(elsewhere.sections());
  const auto reply = sign(daemon, "a");
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  expect_verified(elsewhere, *reply, "a", 1);
  EXPECT_EQ(elsewhere.leaves().size(), 1U);
  EXPECT_EQ(elsewhere.rekor.adds, 1U);
}

TEST(ElsewhereTest, ConflictOverAnotherEntryIsAnAlarmAndNoSuccess) {
  Elsewhere elsewhere;
  elsewhere.rekor.log.append("a stranger's");
  elsewhere.order(Fault::not_ours, 1);
  ConfiguredDaemon daemon(elsewhere.sections());
  const auto reply = sign(daemon, "a");
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  expect_verified(elsewhere, *reply, "a", 1);
  EXPECT_EQ(reply->log_index(), 1U);
  EXPECT_THAT(daemon.standard_error(), ::testing::HasSubstr("LOG_CONFLICT_NOT_OURS"));
}

TEST(ElsewhereTest, LogThatRefusesIsAskedAgain) {
  Elsewhere elsewhere;
  elsewhere.order(Fault::refused, 1);
  ConfiguredDaemon daemon(elsewhere.sections());
  const auto reply = sign(daemon, "a");
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  expect_verified(elsewhere, *reply, "a", 1);
  EXPECT_THAT(daemon.standard_error(), ::testing::HasSubstr("LOG_REFUSED"));
}

TEST(ElsewhereTest, KilledWhileTheLogHasTheEntryItGoesOnWhereItWas) {
  Elsewhere elsewhere;
  elsewhere.rekor.remembers_duplicates = false;
  elsewhere.order(Fault::stalled);
  ConfiguredDaemon daemon(elsewhere.sections());
  const auto receipt = sign_impatiently(daemon, "a");
  ASSERT_TRUE(receipt.ok()) << receipt.error().message;
  expect_receipt(*receipt);
  while (elsewhere.leaves().empty()) pause_briefly();
  daemon.process().kill();
  elsewhere.order(Fault::none);
  daemon.restart();
  expect_verified(elsewhere, wait_for(daemon, receipt->receipt()), "a", 1);
  EXPECT_EQ(elsewhere.leaves().size(), 1U);
}

TEST(ElsewhereTest, StoppedWhileTheLogIsAwayItGoesOnAfterwards) {
  Elsewhere elsewhere;
  elsewhere.order(Fault::away);
  ConfiguredDaemon daemon(elsewhere.sections());
  const auto receipt = sign_impatiently(daemon, "a");
  ASSERT_TRUE(receipt.ok()) << receipt.error().message;
  daemon.restart();
  elsewhere.order(Fault::none);
  expect_verified(elsewhere, wait_for(daemon, receipt->receipt()), "a", 1);
}

TEST(ElsewhereTest, SameKeyAgainWaitsForTheSameAnswer) {
  Elsewhere elsewhere;
  elsewhere.order(Fault::away);
  ConfiguredDaemon daemon(elsewhere.sections());
  const auto receipt = sign_impatiently(daemon, "a");
  ASSERT_TRUE(receipt.ok()) << receipt.error().message;
  elsewhere.order(Fault::none);
  const auto again = sign(daemon, "a");
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->receipt(), receipt->receipt());
  expect_verified(elsewhere, *again, "a", 1);
  EXPECT_EQ(elsewhere.leaves().size(), 1U);
}

TEST(ElsewhereTest, ManyAtOnceAreEachRecordedOnceThroughFaults) {
  constexpr unsigned count = 64;
  Elsewhere elsewhere;
  elsewhere.rekor.remembers_duplicates = false;
  elsewhere.order(Fault::lost, 20);
  ConfiguredDaemon daemon(elsewhere.sections());
  std::vector<std::thread> clients;
  std::atomic<unsigned> done = 0;
  for (unsigned i = 0; i < count; ++i) {
    clients.emplace_back([&daemon, &done, i] {
      auto connection = client::Connection::open(daemon.socket(), soon());
      ASSERT_TRUE(connection.ok());
      const auto answer =
          (*connection)
              ->call(signer, "Sign", request_for(std::to_string(i)).SerializeAsString(), soon());
      ASSERT_TRUE(answer.ok()) << answer.error().message;
      v1::SignReply reply;
      ASSERT_TRUE(reply.ParseFromString(*answer));
      if (reply.state() == v1::STATE_DONE) done += 1;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(done, count);
  EXPECT_EQ(elsewhere.leaves().size(), count);
  EXPECT_EQ(distinct_leaves(elsewhere), count);
}

}  // namespace
}  // namespace chancery::testing
