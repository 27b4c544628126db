// What the audit tells of a signature's steps at logs and timestamp authorities elsewhere.
#include <gmock/gmock.h>

#include "core/base/encoding.h"
#include "tests/end_to_end/audit_records.h"
#include "tests/end_to_end/elsewhere/elsewhere.h"
#include "tests/support/patience.h"
#include "tests/support/program_run.h"

namespace chancery::testing {
namespace {

using Fault = Elsewhere::Fault;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RemoteRecords : public ::testing::Test {
 protected:
  RemoteRecords() {
    elsewhere_.rekor.remembers_duplicates = false;
    elsewhere_.rekor.log.append("a stranger's");
  }
  void start(std::string_view options = R"(timestamps = ["first"])") {
    static_cast<void>(elsewhere_.log_server.seen());  // its threads see what was set until here
    daemon_.emplace(elsewhere_.sections(options));
  }
  // To each add one of these, before it takes what it is sent.
  void script_adds(std::vector<Reply> replies) {
    elsewhere_.rekor.instead_of_adding = [replies = std::move(replies), next = std::size_t{0}](
                                             const SeenRequest&) mutable -> std::optional<Reply> {
      if (next == replies.size()) return std::nullopt;
      return replies[next++];
    };
  }
  // To its end.
  v1::SignReply signature_of(std::string_view key) {
    const auto reply = sign(*daemon_, key);
    EXPECT_TRUE(reply.ok()) << reply.error().message;
    return reply.ok() ? wait_for(*daemon_, reply->receipt()) : v1::SignReply();
  }
  // Oldest first; between "signed" and "done".
  std::vector<Json> records() {
    std::vector<Json> out;
    for (Json& record : audit_records(daemon_->socket())) {
      if (record.contains("destination")) out.push_back(std::move(record));
    }
    return out;
  }
  std::string metrics() {
    return daemon_->call<v1::MetricsReply>("chancery.v1.Admin", "Metrics", v1::MetricsRequest())
        ->text();
  }
  Json record(std::string_view event) { return newest_record(daemon_->socket(), event); }
  std::vector<std::string> at_the_log() {
    std::vector<std::string> events;
    for (const Json& each : records()) {
      if (each["destination"] == "log:memory") events.push_back(each["event"].get<std::string>());
    }
    return events;
  }
  void expect_audit_verified() {
    const ProgramOutcome verify =
        run({.program = std::filesystem::path(CHANCERY_PROGRAMS) / "chancery",
             .arguments = {"audit", "verify"},
             .working_directory = "/",
             .environment = {{"CHANCERY_SOCKET", daemon_->socket()}}});
    EXPECT_EQ(verify.status, 0) << verify.out << verify.err;
  }

  Elsewhere elsewhere_;
  std::optional<ConfiguredDaemon> daemon_;
};

TEST_F(RemoteRecords, AStampAndAnEntryHaveOneEach) {
  start();
  const v1::SignReply done = signature_of("a");
  ASSERT_EQ(records().size(), 2U);
  const Json stamped = record("timestamped");
  EXPECT_EQ(stamped["destination"], "timestamp:first");
  EXPECT_EQ(stamped["receipt"], done.receipt());
  EXPECT_LE(stamped["time"].get<std::int64_t>(), stamped["at"].get<std::int64_t>());
  const Json recorded = record("recorded");
  EXPECT_EQ(recorded["destination"], "log:memory");
  EXPECT_EQ(recorded["receipt"], done.receipt());
  EXPECT_EQ(recorded["log_id"], base64_encode(elsewhere_.root().transparency_logs[0].log_id));
  EXPECT_EQ(recorded["log_index"], 1);
  EXPECT_EQ(recorded["leaf"], hex_encode(elsewhere_.leaves().at(1)));
  EXPECT_EQ(recorded["outcome"], "added");
  EXPECT_FALSE(recorded.contains("duplicate"));
  for (const char* const which : {R"({destination="log:memory",operation="add"} 1)",
                                  R"({destination="timestamp:first",operation="stamp"} 1)"}) {
    EXPECT_THAT(metrics(), HasSubstr("\nchancery_service_answers_total" + std::string(which)));
  }
  EXPECT_THAT(metrics(), HasSubstr("\nchancery_service_seconds_total{destination=\"log:memory\""));
  daemon_->restart();
  EXPECT_EQ(records().size(), 2U);
  expect_audit_verified();
}

TEST_F(RemoteRecords, AnEntryWhoseReplyWasLostIsFound) {
  elsewhere_.order(Fault::lost, 1);
  start();
  signature_of("a");
  EXPECT_THAT(at_the_log(), ElementsAre("in-doubt", "recorded"));
  EXPECT_EQ(record("in-doubt")["reason"], "HTTP_ANSWER_MISSING");
  EXPECT_EQ(record("recorded")["outcome"], "found");
  EXPECT_EQ(record("recorded")["log_index"], 1);
}

TEST_F(RemoteRecords, AnEntryThatHadToBeSentAgainSaysSo) {
  elsewhere_.order(Fault::away, 1);
  start();
  signature_of("a");
  EXPECT_EQ(record("recorded")["outcome"], "resent");
}

// It shows an old checkpoint for a while: what it has taken cannot be found, and is sent again.
TEST_F(RemoteRecords, ADuplicateNamesBothEntries) {
  const std::string old = elsewhere_.rekor.log.checkpoint();
  elsewhere_.rekor.instead_of_reading = [&](const SeenRequest& request) {
    const bool is_hidden = elsewhere_.rekor.adds == 1 && request.path.ends_with("/checkpoint");
    return is_hidden ? std::optional(Reply::answer(200, old)) : std::nullopt;
  };
  elsewhere_.order(Fault::lost, 1);
  start();
  EXPECT_EQ(signature_of("a").log_index(), 1U);
  const Json recorded = record("recorded");
  EXPECT_EQ(recorded["outcome"], "duplicate");
  EXPECT_EQ(recorded["log_index"], 1);
  EXPECT_EQ(recorded["duplicate"], 2);
  EXPECT_EQ(elsewhere_.leaves().size(), 3U);
  EXPECT_THAT(metrics(), HasSubstr("\nchancery_log_duplicates_total 1\n"));
  daemon_->restart();
  EXPECT_THAT(metrics(), HasSubstr("\nchancery_log_duplicates_total 1\n"));
}

TEST_F(RemoteRecords, WhatGoesWrongIsToldOnceOfEachKindAlsoAfterARestart) {
  const Reply ill = Reply::answer(503, "out of order"), refusal = Reply::answer(400, "no such key"),
              conflict = Reply::answer(409, "{}", "X-Log-Index: 0\r\n");
  script_adds({ill, refusal, conflict, ill, refusal, conflict});
  start();
  const auto receipt = sign_impatiently(*daemon_, "a");
  ASSERT_TRUE(receipt.ok()) << receipt.error().message;
  while (record("alarm").empty()) pause_briefly();
  daemon_->process().kill();
  daemon_->restart();
  wait_for(*daemon_, receipt->receipt());
  EXPECT_EQ(elsewhere_.log_server.while_still([&] { return elsewhere_.rekor.adds; }), 7U);
  EXPECT_THAT(at_the_log(), ElementsAre("in-doubt", "log-refused", "alarm", "recorded"));
  EXPECT_EQ(record("in-doubt")["reason"], "LOG_FAILED");
  EXPECT_EQ(record("log-refused")["reason"], "LOG_REFUSED");
  EXPECT_THAT(record("log-refused")["message"].get<std::string>(),
              HasSubstr("status 400: no such key"));
  EXPECT_EQ(record("alarm")["reason"], "LOG_CONFLICT_NOT_OURS");
  EXPECT_EQ(record("alarm")["receipt"], receipt->receipt());
  expect_audit_verified();
}

TEST_F(RemoteRecords, AnAnswerThatTheDaemonDidNotLiveToSeeIsInDoubt) {
  elsewhere_.order(Fault::stalled);
  start(by_deadline);
  const auto released = sign(*daemon_, "a");
  ASSERT_TRUE(released.ok()) << released.error().message;
  while (elsewhere_.leaves().size() < 2) pause_briefly();
  daemon_->process().kill();
  elsewhere_.order(Fault::none);
  daemon_->restart();
  wait_for(*daemon_, released->receipt());
  EXPECT_EQ(record("timestamped")["receipt"], released->receipt());
  EXPECT_THAT(at_the_log(), ElementsAre("in-doubt", "recorded"));
  EXPECT_EQ(record("in-doubt")["reason"], "LOG_ANSWER_MISSED");
  EXPECT_EQ(record("recorded")["outcome"], "found");
}

TEST_F(RemoteRecords, ACheckpointOfAStrangerIsAnAlarm) {
  const MemoryLog stranger("log.example.test");
  elsewhere_.rekor.instead_of_reading = [&, left = 1](const SeenRequest&) mutable {
    const bool is_due = left-- > 0;
    return is_due ? std::optional(Reply::answer(200, stranger.checkpoint())) : std::nullopt;
  };
  start();
  signature_of("a");
  EXPECT_THAT(at_the_log(), ElementsAre("alarm", "recorded"));
  EXPECT_EQ(record("alarm")["reason"], "LOG_CHECKPOINT_REFUSED");
  EXPECT_THAT(metrics(), HasSubstr("\nchancery_service_alarms_total{destination=\"log:memory\","
                                   "reason=\"LOG_CHECKPOINT_REFUSED\"} 1\n"));
}

TEST_F(RemoteRecords, AnAuthorityThatIsNotBelievedIsAnAlarm) {
  bundle::TrustedRoot root = elsewhere_.root();
  root.timestamp_authorities.erase(root.timestamp_authorities.begin());
  write_text(elsewhere_.directory / "trusted_root.json", root_json(root).dump());
  start("timestamps = [\"first\", \"second\"]");
  const v1::SignReply done = signature_of("a");
  EXPECT_EQ(record("alarm")["destination"], "timestamp:first");
  EXPECT_EQ(record("alarm")["reason"], "TIMESTAMP_ANSWER_NOT_BELIEVED");
  EXPECT_EQ(record("alarm")["receipt"], done.receipt());
  EXPECT_EQ(record("timestamped")["destination"], "timestamp:second");
}

}  // namespace
}  // namespace chancery::testing
