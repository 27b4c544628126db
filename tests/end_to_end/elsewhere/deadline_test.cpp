// Signatures that leave timestamped, and that their logs have by a deadline.
#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "core/bundle/bundle_rules.h"
#include "core/bundle/verify.h"
#include "core/tlog/entry.h"
#include "tests/end_to_end/audit_records.h"
#include "tests/end_to_end/elsewhere/elsewhere.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

using Fault = Elsewhere::Fault;

std::string metrics_of(ConfiguredDaemon& daemon) {
  return daemon.call<v1::MetricsReply>("chancery.v1.Admin", "Metrics", v1::MetricsRequest())
      ->text();
}

v1::SignReply look_at(ConfiguredDaemon& daemon, const std::string& receipt) {
  v1::GetSignatureRequest request;
  request.set_receipt(receipt);
  const auto reply = daemon.call<v1::SignReply>(signer, "GetSignature", request);
  EXPECT_TRUE(reply.ok()) << reply.error().message;
  return reply.ok() ? *reply : v1::SignReply();
}

Result<v1::SignReply> find_by_digest(ConfiguredDaemon& daemon, std::string_view content) {
  v1::GetSignatureRequest request;
  request.set_digest(to_text(digest(HashAlgorithm::sha256, as_bytes(content)).value));
  return daemon.call<v1::SignReply>(signer, "GetSignature", request);
}

// It has left: dated by an authority, and by no log.
void expect_released(const v1::SignReply& reply) {
  ASSERT_FALSE(reply.bundle().empty()) << reply.state();
  const auto bundle = bundle::parse_bundle(reply.bundle());
  ASSERT_TRUE(bundle.ok()) << bundle.error().message;
  EXPECT_EQ(bundle->timestamps.size(), 1U);
  EXPECT_TRUE(bundle->log_entries.empty());
  EXPECT_GT(reply.record_by(), 0);
  EXPECT_TRUE(reply.log_origin().empty());
}

// What left is what was recorded, and holds by itself for whoever does without a log.
void expect_same_signature(const Elsewhere& elsewhere, const v1::SignReply& released,
                           const v1::SignReply& done, std::string_view content) {
  const auto early = bundle::parse_bundle(released.bundle());
  const auto whole = bundle::parse_bundle(done.bundle());
  ASSERT_TRUE(early.ok() && whole.ok());
  EXPECT_EQ(to_bytes(bundle::signature_of(*early)), to_bytes(bundle::signature_of(*whole)));
  EXPECT_EQ(early->timestamps, whole->timestamps);
  EXPECT_EQ(done.record_by(), 0);
  const auto record = tlog::parse_hashed_rekord(whole->log_entries.at(0).canonicalized_body);
  bundle::Policy policy;
  policy.key = *PublicKey::from_spki(record->verifier);
  policy.timestamps_min = 1;
  const Digest artefact = digest(HashAlgorithm::sha256, as_bytes(content));
  EXPECT_FALSE(bundle::verify(*early, artefact, elsewhere.root(), policy).verified());
  policy.ignore_transparency_log_unsafe = true;
  EXPECT_TRUE(bundle::verify(*early, artefact, elsewhere.root(), policy).verified());
}

// And so it has done that: the server lets nobody look in between.
bool was_asked_to_add(const Elsewhere& elsewhere) {
  return std::ranges::any_of(elsewhere.log_server.seen(),
                             [](const SeenRequest& request) { return request.method == "POST"; });
}

TEST(DeadlineTest, SignatureLeavesTimestampedWhileTheLogIsAway) {
  Elsewhere elsewhere;
  elsewhere.order(Fault::away);
  ConfiguredDaemon daemon(elsewhere.sections(by_deadline));
  const auto released = sign(daemon, "a");
  ASSERT_TRUE(released.ok()) << released.error().message;
  EXPECT_EQ(released->state(), v1::STATE_TIMESTAMPED);
  expect_released(*released);
  EXPECT_EQ(status_of(daemon).unrecorded(), 1U);
  EXPECT_THAT(metrics_of(daemon), ::testing::HasSubstr("\nchancery_requests_unrecorded 1\n"));
  EXPECT_TRUE(elsewhere.leaves().empty());

  elsewhere.order(Fault::none);
  const v1::SignReply done = wait_for(daemon, released->receipt());
  expect_verified(elsewhere, done, "a", 1);
  expect_same_signature(elsewhere, *released, done, "a");
  EXPECT_EQ(elsewhere.leaves().size(), 1U);
  EXPECT_EQ(status_of(daemon).unrecorded(), 0U);
}

TEST(DeadlineTest, WhatWaitsSaysForWhomAndWhy) {
  Elsewhere elsewhere;
  elsewhere.order(Fault::away);
  ConfiguredDaemon daemon(elsewhere.sections(by_deadline));
  const auto released = sign(daemon, "a");
  ASSERT_TRUE(released.ok()) << released.error().message;
  while (!look_at(daemon, released->receipt()).has_trouble()) pause_briefly();
  const v1::Failure trouble = look_at(daemon, released->receipt()).trouble();
  EXPECT_NE(trouble.reason(), "");
  EXPECT_THAT(trouble.message(), ::testing::HasSubstr("log memory: "));
  EXPECT_EQ(status_of(daemon).unfinished(0).trouble_reason(), trouble.reason());
  elsewhere.order(Fault::none);
  EXPECT_FALSE(wait_for(daemon, released->receipt()).has_trouble());
}

TEST(DeadlineTest, WhatHasLeftIsFoundByItsDigest) {
  Elsewhere elsewhere;
  elsewhere.order(Fault::away);
  ConfiguredDaemon daemon(elsewhere.sections(by_deadline));
  const auto released = sign(daemon, "a");
  ASSERT_TRUE(released.ok()) << released.error().message;
  const auto found = find_by_digest(daemon, "a");
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->receipt(), released->receipt());
  EXPECT_EQ(found->state(), v1::STATE_TIMESTAMPED);
  expect_released(*found);
  elsewhere.order(Fault::none);
  const v1::SignReply done = wait_for(daemon, released->receipt());
  EXPECT_EQ(find_by_digest(daemon, "a")->bundle(), done.bundle());
}

TEST(DeadlineTest, OfTwoLogsItIsSaidWhichHasItAndWhichNotYet) {
  Elsewhere elsewhere;
  elsewhere.order(Fault::away);
  ConfiguredDaemon daemon(elsewhere.sections(by_deadline, R"("memory", "other")"));
  const auto released = sign(daemon, "a");
  ASSERT_TRUE(released.ok()) << released.error().message;
  ASSERT_EQ(released->logs_size(), 2);
  const Patience patience;
  while (!look_at(daemon, released->receipt()).logs(1).has_recorded()) {
    ASSERT_FALSE(patience.ended());
  }
  const v1::SignReply reply = *find_by_digest(daemon, "a");
  EXPECT_EQ(reply.logs(0).log(), "memory");
  EXPECT_FALSE(reply.logs(0).has_recorded());
  EXPECT_EQ(reply.logs(1).log(), "other");
  elsewhere.order(Fault::none);
  EXPECT_EQ(wait_for(daemon, released->receipt()).logs_size(), 0);
}

TEST(DeadlineTest, SameKeyAgainGetsTheSameBundleAtOnce) {
  Elsewhere elsewhere;
  elsewhere.order(Fault::away);
  ConfiguredDaemon daemon(elsewhere.sections(by_deadline));
  const auto first = sign(daemon, "a");
  const auto again = sign(daemon, "a");
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(again->receipt(), first->receipt());
  EXPECT_EQ(again->bundle(), first->bundle());
  elsewhere.order(Fault::none);
  const v1::SignReply done = wait_for(daemon, first->receipt());
  EXPECT_EQ(sign(daemon, "a")->bundle(), done.bundle());
  EXPECT_EQ(elsewhere.leaves().size(), 1U);
}

TEST(DeadlineTest, KilledAndStartedAnewItRecordsWhatHadLeft) {
  Elsewhere elsewhere;
  elsewhere.rekor.remembers_duplicates = false;
  elsewhere.order(Fault::stalled);
  ConfiguredDaemon daemon(elsewhere.sections(by_deadline));
  const auto released = sign(daemon, "a");
  ASSERT_TRUE(released.ok()) << released.error().message;
  while (!was_asked_to_add(elsewhere)) pause_briefly();
  daemon.process().kill();
  daemon.restart();
  EXPECT_EQ(look_at(daemon, released->receipt()).bundle(), released->bundle());
  elsewhere.order(Fault::none);
  expect_verified(elsewhere, wait_for(daemon, released->receipt()), "a", 1);
  EXPECT_EQ(elsewhere.leaves().size(), 1U);
}

TEST(LeftBehindTest, WhatAStopLeftIsFinishedSomeAtATime) {
  Elsewhere elsewhere;
  elsewhere.order(Fault::away);
  ConfiguredDaemon daemon(elsewhere.sections(), "",
                          {CHANCERY_STAGED_DAEMON, {{"CHANCERY_AT_ONCE", "2"}}});
  constexpr unsigned count = 7;
  std::vector<std::thread> clients;
  for (unsigned i = 0; i < count; ++i) {
    clients.emplace_back([&, i] {
      EXPECT_FALSE(sign_alone(daemon, std::to_string(i)).ok());  // it is killed
    });
  }
  while (status_of(daemon).log_size() < count) pause_briefly();
  daemon.process().kill();
  for (std::thread& client : clients) client.join();
  elsewhere.order(Fault::none);
  daemon.restart();
  while (status_of(daemon).unfinished_size() > 0) pause_briefly();
  EXPECT_EQ(status_of(daemon).done(), count);
  EXPECT_EQ(distinct_leaves(elsewhere), count);
}

TEST(WaitingStatementsTest, TakeTheirShareOfTheMemoryAsLongAsALogIsAway) {
  Elsewhere elsewhere;
  elsewhere.order(Fault::away);
  const std::string statement = statement_of(2000);
  ConfiguredDaemon daemon(elsewhere.sections(), "",
                          {CHANCERY_STAGED_DAEMON,
                           {{"CHANCERY_STATEMENT_BYTES", std::to_string(2 * statement.size())}}});
  const auto ask = [&](std::string_view key) {
    v1::SignStatementRequest request;
    request.set_profile("remote");
    request.set_idempotency_key(std::string(key));
    request.set_statement(statement);
    const auto connection = client::Connection::open(daemon.socket(), soon());
    return (*connection)->call(signer, "SignStatement", request.SerializeAsString(), soon());
  };
  std::vector<std::thread> waiting;
  for (const char* key : {"first", "second"}) {
    waiting.emplace_back([&ask, key] { EXPECT_TRUE(ask(key).ok()); });
  }
  while (status_of(daemon).log_size() < 2) pause_briefly();
  EXPECT_EQ(ask("third").error().reason, "STATEMENTS_IN_FLIGHT");
  EXPECT_EQ(status_of(daemon).log_size(), 2U);
  // What waits already is no new one.
  waiting.emplace_back([&ask] { EXPECT_TRUE(ask("first").ok()); });
  elsewhere.order(Fault::none);
  for (std::thread& client : waiting) client.join();
  EXPECT_TRUE(ask("third").ok());
}

TEST(WaitingStatementsTest, TakeNothingAnyMoreFromWhoeverHasTheirAnswer) {
  Elsewhere elsewhere;
  v1::SignStatementRequest request;
  request.set_profile("remote");
  request.set_statement(statement_of(2000));
  ConfiguredDaemon daemon(
      elsewhere.sections(), "",
      {CHANCERY_STAGED_DAEMON,
       {{"CHANCERY_STATEMENT_BYTES", std::to_string(request.statement().size())}}});
  for (int i = 0; i < 20; ++i) {
    request.set_idempotency_key(std::to_string(i));
    const auto reply = daemon.call<v1::SignReply>(signer, "SignStatement", request);
    ASSERT_TRUE(reply.ok()) << reply.error().message;
  }
}

TEST(DeadlineTest, NothingLeavesBeforeItIsStamped) {
  Elsewhere elsewhere;
  elsewhere.first.is_ill = true;
  ConfiguredDaemon daemon(elsewhere.sections(by_deadline));
  const auto receipt = sign_impatiently(daemon, "a");
  ASSERT_TRUE(receipt.ok()) << receipt.error().message;
  EXPECT_EQ(receipt->state(), v1::STATE_SIGNED);
  EXPECT_TRUE(receipt->bundle().empty());
  EXPECT_EQ(find_by_digest(daemon, "a").error().reason, "SIGNATURE_UNKNOWN");
  EXPECT_TRUE(elsewhere.leaves().empty());
  daemon.restart();
  elsewhere.first.is_ill = false;
  expect_verified(elsewhere, wait_for(daemon, receipt->receipt()), "a", 1);
}

TEST(DeadlineTest, LogIsNotHandedOverWhileOneWaitsForItsLog) {
  Elsewhere elsewhere;
  elsewhere.order(Fault::away);
  ConfiguredDaemon daemon(elsewhere.sections(by_deadline));
  const auto hand_over = [&daemon] {
    return daemon.call<v1::HandOverLogReply>("chancery.v1.Admin", "HandOverLog",
                                             v1::HandOverLogRequest());
  };
  const auto released = sign(daemon, "a");
  ASSERT_TRUE(released.ok()) << released.error().message;
  const auto refused = hand_over();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "LOG_BUSY");
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("0, and 1 that have left"));
  EXPECT_TRUE(sign(daemon, "b").ok()) << "the log goes on";
  elsewhere.order(Fault::none);
  wait_for(daemon, released->receipt());
  wait_for(daemon, sign(daemon, "b")->receipt());
  const auto handed = hand_over();
  EXPECT_TRUE(handed.ok()) << handed.error().message;
}

TEST(DeadlineTest, LargeStatementLeavesAsAStream) {
  Elsewhere elsewhere;
  elsewhere.order(Fault::away);
  ConfiguredDaemon daemon(elsewhere.sections(by_deadline));
  const auto connection = *client::Connection::open(daemon.socket(), soon());
  const std::string statement = statement_of(2U << 20);
  const auto answer = upload_statement(*connection, "a", statement, "remote");
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  v1::SignReply reply;
  ASSERT_TRUE(reply.ParseFromString(*answer));
  EXPECT_EQ(reply.state(), v1::STATE_TIMESTAMPED);
  v1::ReadBundleRequest request;
  request.set_receipt(reply.receipt());
  auto download = connection->download(signer, "ReadBundle", request.SerializeAsString(), soon());
  std::string bundle;
  for (auto chunk = download.next(); chunk.ok() && *chunk; chunk = download.next()) {
    v1::BundleChunk data;
    ASSERT_TRUE(data.ParseFromString(**chunk));
    bundle += data.data();
  }
  EXPECT_EQ(bundle.size(), reply.bundle_bytes());
  EXPECT_EQ(std::get<bundle::DsseEnvelope>(bundle::parse_bundle(bundle)->content).payload,
            statement);
  elsewhere.order(Fault::none);
  EXPECT_EQ(wait_for(daemon, reply.receipt()).state(), v1::STATE_DONE);
}

TEST(DeadlineTest, WhatKeptItIsForgottenOnceItHasLeft) {
  namespace fs = std::filesystem;
  Elsewhere elsewhere;
  elsewhere.order(Fault::away);
  elsewhere.first.is_ill = true;
  ConfiguredDaemon daemon(elsewhere.sections(by_deadline));
  const auto connection = *client::Connection::open(daemon.socket(), soon());
  // Long enough for a sanitiser to take in and sign the statement.
  const auto answer = upload_statement(*connection, "a", statement_of(2U << 20), "remote",
                                       Deadline::after(std::chrono::seconds(6)));
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  v1::SignReply reply;
  ASSERT_TRUE(reply.ParseFromString(*answer));
  daemon.stop();
  const fs::path state = daemon.socket().parent_path() / "state";
  const fs::path payload = fs::directory_iterator(state / "payloads")->path();
  fs::rename(payload, state / "away");
  elsewhere.first.is_ill = false;
  daemon.start();
  EXPECT_EQ(look_at(daemon, reply.receipt()).trouble().reason(), "PAYLOAD_MISSING");
  fs::rename(state / "away", payload);
  const Patience patience;
  while (look_at(daemon, reply.receipt()).state() != v1::STATE_TIMESTAMPED) {
    ASSERT_FALSE(patience.ended());
  }
  while (look_at(daemon, reply.receipt()).trouble().reason() == "PAYLOAD_MISSING") {
    ASSERT_FALSE(patience.ended());
  }
  while (status_of(daemon).alarms_size() != 0) ASSERT_FALSE(patience.ended());
}

// The deadline passes by the daemon's own clock, which is the test's.
class MissedDeadline : public ::testing::Test {
 protected:
  MissedDeadline()
      : daemon_(elsewhere_.sections(by_deadline), "",
                {CHANCERY_STAGED_DAEMON, {{"CHANCERY_CLOCK", directory_ / "clock"}}}) {
    elsewhere_.order(Fault::away);
  }
  void set_clock(const char* seconds) { write_text(directory_ / "clock", seconds); }
  void await_state(const std::string& receipt, v1::State state) {
    while (look_at(daemon_, receipt).state() != state) pause_briefly();
  }

  TemporaryDirectory directory_;
  Elsewhere elsewhere_;
  ConfiguredDaemon daemon_;
};

TEST_F(MissedDeadline, IsReportedAndItsProfileSignsNothingNewUntilTheLogHasIt) {
  const auto released = sign(daemon_, "a");
  ASSERT_TRUE(released.ok()) << released.error().message;
  set_clock("3601");
  await_state(released->receipt(), v1::STATE_OVERDUE);
  EXPECT_EQ(look_at(daemon_, released->receipt()).bundle(), released->bundle());
  EXPECT_EQ(status_of(daemon_).overdue(), 1U);
  EXPECT_THAT(metrics_of(daemon_), ::testing::HasSubstr("\nchancery_requests_overdue 1\n"));
  EXPECT_EQ(status_of(daemon_).unfinished(0).state(), "overdue");
  const Patience patience;  // it is told after it is so
  while (daemon_.standard_error().find("overdue: 1 of the signatures") == std::string::npos) {
    ASSERT_FALSE(patience.ended());
  }
  const auto refused = sign(daemon_, "b");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "RECORDING_OVERDUE");
  const auto again = sign(daemon_, "a");
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->bundle(), released->bundle());

  daemon_.restart();
  EXPECT_EQ(look_at(daemon_, released->receipt()).state(), v1::STATE_OVERDUE);
  const std::vector<Json> audit = audit_records(daemon_.socket());
  EXPECT_EQ(
      std::ranges::count(audit, "overdue",
                         [](const Json& record) { return record["event"].get<std::string>(); }),
      1);
  EXPECT_EQ(sign(daemon_, "b").error().reason, "RECORDING_OVERDUE");
  EXPECT_TRUE(daemon_.call<v1::SignReply>(signer, "Sign", sign_request("c", "c")).ok())
      << "another profile";

  elsewhere_.order(Fault::none);
  expect_verified(elsewhere_, wait_for(daemon_, released->receipt()), "a", 1);
  EXPECT_EQ(elsewhere_.leaves().size(), 1U);
  set_clock("0");
  const auto next = sign(daemon_, "b");
  ASSERT_TRUE(next.ok()) << next.error().message;
  EXPECT_EQ(next->state(), v1::STATE_TIMESTAMPED);
}

}  // namespace
}  // namespace chancery::testing
