// Signatures that a log and timestamp authorities elsewhere have a part in, whatever these do.
#include "tests/end_to_end/elsewhere.h"

#include <gmock/gmock.h>

#include <set>

#include "core/bundle/verify.h"
#include "core/tlog/entry.h"

namespace chancery::testing {
namespace {

using Fault = Elsewhere::Fault;

v1::SignRequest request_for(std::string_view key) {
  v1::SignRequest request = sign_request(key, key);
  request.set_profile("remote");
  return request;
}

Result<v1::SignReply> sign(ConfiguredDaemon& daemon, std::string_view key) {
  return daemon.call<v1::SignReply>(signer, "Sign", request_for(key));
}

// With a deadline that passes before the log answers.
Result<v1::SignReply> sign_impatiently(ConfiguredDaemon& daemon, std::string_view key) {
  return daemon.call<v1::SignReply>(signer, "Sign", request_for(key),
                                    Deadline::after(std::chrono::milliseconds(2500)));
}

void expect_receipt(const v1::SignReply& reply) {
  EXPECT_THAT(reply.state(), ::testing::AnyOf(v1::STATE_SIGNED, v1::STATE_TIMESTAMPED));
  EXPECT_FALSE(reply.receipt().empty());
  EXPECT_TRUE(reply.bundle().empty());
}

// By receipt, until it is done: as `chancery wait` does.
v1::SignReply wait_for(ConfiguredDaemon& daemon, const std::string& receipt) {
  v1::GetSignatureRequest request;
  request.set_receipt(receipt);
  for (;;) {
    auto reply = daemon.call<v1::SignReply>(signer, "GetSignature", request);
    EXPECT_TRUE(reply.ok()) << reply.error().message;
    if (!reply.ok() || reply->state() == v1::STATE_DONE || reply->state() == v1::STATE_FAILED) {
      return reply.ok() ? *reply : v1::SignReply();
    }
    std::this_thread::yield();
  }
}

void expect_verified(const Elsewhere& elsewhere, const v1::SignReply& reply,
                     std::string_view content, unsigned timestamps) {
  ASSERT_EQ(reply.state(), v1::STATE_DONE);
  const auto bundle = bundle::parse_bundle(reply.bundle());
  ASSERT_TRUE(bundle.ok()) << bundle.error().message;
  const auto record = tlog::parse_hashed_rekord(bundle->log_entries.at(0).canonicalized_body);
  ASSERT_TRUE(record.ok());
  bundle::Policy policy;
  policy.key = *PublicKey::from_spki(record->verifier);
  policy.timestamps_min = timestamps;
  const Digest artefact = digest(HashAlgorithm::sha256, as_bytes(content));
  const auto verdict = bundle::verify(*bundle, artefact, elsewhere.root(), policy);
  EXPECT_TRUE(verdict.verified()) << verdict.refusal->message;
  EXPECT_EQ(reply.log_origin(), "log.example.test");
  EXPECT_EQ(reply.log_index(), bundle->log_entries[0].log_index);
}

// Every leaf once: nothing is recorded twice.
std::size_t distinct_leaves(const Elsewhere& elsewhere) {
  const auto leaves = elsewhere.leaves();
  return std::set<tlog::Hash>(leaves.begin(), leaves.end()).size();
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
  while (elsewhere.leaves().empty()) std::this_thread::yield();
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
