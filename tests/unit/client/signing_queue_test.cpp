#include "client/requests/signing_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "core/base/limits/command.h"
#include "tests/support/daemon/scripted_daemon.h"
#include "tests/support/temporary_directory.h"

namespace chancery::client {
namespace {

using testing::Reaction;
using testing::ScriptedDaemon;
using testing::TemporaryDirectory;

v1::SignReply done(const std::string& bundle = "{}") {
  v1::SignReply reply;
  reply.set_state(v1::STATE_DONE);
  reply.set_receipt("r-1");
  reply.set_bundle(bundle);
  reply.set_bundle_bytes(bundle.size());
  return reply;
}

v1::SignRequest asking_for(const std::string& artifact, const std::string& key = "") {
  v1::SignRequest request;
  request.set_artifact(artifact);
  request.set_idempotency_key(key);
  return request;
}

struct Outcome {
  std::string artifact;
  std::string key;
  Result<Signature> signature;
};

// Runs requests against a script and keeps what both sides saw.
class SigningQueueTest : public ::testing::Test {
 protected:
  // `script` gets each request and how often its artefact was asked for before.
  using Script = std::function<Reaction(const v1::SignRequest&, unsigned earlier)>;

  void serve(Script script) {
    daemon_.emplace(socket(), [this, script = std::move(script)](const wire::Request& request) {
      v1::SignRequest sign;
      EXPECT_EQ(request.method, "Sign");
      EXPECT_TRUE(sign.ParseFromString(request.payload));
      keys_[sign.artifact()].push_back(sign.idempotency_key());
      return script(sign, static_cast<unsigned>(keys_[sign.artifact()].size() - 1));
    });
  }

  void run(const std::vector<v1::SignRequest>& requests,
           std::chrono::seconds patience = std::chrono::seconds(60)) {
    Link link(socket());
    SigningQueue queue(link, patience, [this](const auto& request, Result<Signature> signature) {
      outcomes_.push_back({request.artifact(), request.idempotency_key(), std::move(signature)});
    });
    for (const v1::SignRequest& request : requests) queue.submit(request);
    queue.settle_all();
  }

  std::filesystem::path socket() const { return directory_ / "socket"; }

  TemporaryDirectory directory_;
  std::map<std::string, std::vector<std::string>> keys_;  // by artefact, as the daemon saw them
  std::vector<Outcome> outcomes_;
  std::optional<ScriptedDaemon> daemon_;
};

TEST_F(SigningQueueTest, ManyRequestsShareAConnectionAndTheirOutcomesComeInOrder) {
  serve([](const v1::SignRequest& request, unsigned) {
    return Reaction::reply(done("bundle of " + request.artifact()).SerializeAsString());
  });
  std::vector<v1::SignRequest> requests;
  for (std::size_t i = 0; i < 3 * limits::client_requests_in_flight_max; ++i)
    requests.push_back(asking_for(std::to_string(i)));
  run(requests);
  ASSERT_EQ(outcomes_.size(), requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(outcomes_[i].artifact, std::to_string(i));
    EXPECT_EQ(outcomes_[i].signature->bundle, "bundle of " + std::to_string(i));
  }
  EXPECT_EQ(daemon_->connections(), 1U);
}

TEST_F(SigningQueueTest, EachRequestHasAKeyOfItsOwnUnlessTheCallerChoseOne) {
  serve([](const auto&, unsigned) { return Reaction::reply(done().SerializeAsString()); });
  run({asking_for("a"), asking_for("b"), asking_for("c", "chosen")});
  EXPECT_EQ(outcomes_[0].key.size(), 36U);
  EXPECT_NE(outcomes_[0].key, outcomes_[1].key);
  EXPECT_EQ(outcomes_[2].key, "chosen");
}

TEST_F(SigningQueueTest, ALostConnectionIsOpenedAgainAndEveryRequestKeepsItsKey) {
  serve([](const v1::SignRequest& request, unsigned earlier) {
    if (request.artifact() == "3" && earlier == 0) return Reaction::hang_up();
    return Reaction::reply(done().SerializeAsString());
  });
  std::vector<v1::SignRequest> requests;
  for (int i = 0; i < 8; ++i) requests.push_back(asking_for(std::to_string(i)));
  run(requests);
  for (const Outcome& outcome : outcomes_) EXPECT_TRUE(outcome.signature.ok());
  ASSERT_EQ(keys_["3"].size(), 2U);
  EXPECT_EQ(keys_["3"][0], keys_["3"][1]);
  EXPECT_EQ(daemon_->connections(), 2U);
}

class RetryableError : public SigningQueueTest, public ::testing::WithParamInterface<ErrorCode> {};

TEST_P(RetryableError, IsTriedAgainUnderTheSameKey) {
  serve([](const auto&, unsigned earlier) {
    if (earlier < 2) return Reaction::refuse({GetParam(), "ANY_REASON", "not now"});
    return Reaction::reply(done().SerializeAsString());
  });
  run({asking_for("a")});
  EXPECT_TRUE(outcomes_.at(0).signature.ok());
  EXPECT_THAT(keys_["a"],
              ::testing::ElementsAre(outcomes_[0].key, outcomes_[0].key, outcomes_[0].key));
}

INSTANTIATE_TEST_SUITE_P(Codes, RetryableError,
                         ::testing::Values(ErrorCode::unavailable, ErrorCode::outcome_unknown,
                                           ErrorCode::exhausted));

class FinalError : public SigningQueueTest, public ::testing::WithParamInterface<ErrorCode> {};

TEST_P(FinalError, IsReportedAtOnce) {
  serve([](const auto&, unsigned) {
    return Reaction::refuse({GetParam(), "ANY_REASON", "never"});
  });
  run({asking_for("a")});
  EXPECT_EQ(outcomes_.at(0).signature.error().reason, "ANY_REASON");
  EXPECT_EQ(keys_["a"].size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Codes, FinalError,
                         ::testing::Values(ErrorCode::invalid_request, ErrorCode::denied,
                                           ErrorCode::not_found, ErrorCode::unsupported,
                                           ErrorCode::corrupt, ErrorCode::internal));

TEST_F(SigningQueueTest, TroubleThatLastsIsReportedWithItsOwnReasonByTheDeadline) {
  serve([](const auto&, unsigned) { return Reaction::refuse(unavailable("HOST_DOWN", "down")); });
  run({asking_for("a")}, std::chrono::seconds(3));
  // On a loaded machine the last try may be cut short: that was none.
  while (outcomes_.back().signature.error().reason == "DEADLINE_PASSED") {
    run({asking_for("a")}, std::chrono::seconds(3));
  }
  EXPECT_EQ(outcomes_.back().signature.error().reason, "HOST_DOWN");
  EXPECT_GT(keys_["a"].size(), 2U);
}

TEST_F(SigningQueueTest, ADaemonThatIsNotThereIsReportedAtOnce) {
  const auto started = std::chrono::steady_clock::now();
  run({asking_for("a")});
  EXPECT_EQ(outcomes_.at(0).signature.error().reason, "DAEMON_UNREACHABLE");
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(30));
}

v1::SignReply failed() {
  v1::SignReply reply;
  reply.set_state(v1::STATE_FAILED);
  reply.mutable_failure()->set_reason("DAEMON_STOPPED");
  reply.mutable_failure()->set_message("the daemon stopped");
  return reply;
}

TEST_F(SigningQueueTest, AFailureIsReportedAndNotAskedForAgain) {
  serve([](const auto&, unsigned) { return Reaction::reply(failed().SerializeAsString()); });
  run({asking_for("a")});
  EXPECT_EQ(outcomes_.at(0).signature.error().reason, "DAEMON_STOPPED");
  EXPECT_EQ(outcomes_.at(0).signature.error().code, ErrorCode::unavailable);
  EXPECT_EQ(keys_["a"].size(), 1U);
}

TEST_F(SigningQueueTest, ALostAttemptThatHadFailedIsAskedForUnderANewKeyOnce) {
  serve([](const auto&, unsigned earlier) {
    if (earlier == 0) return Reaction::hang_up();
    if (earlier == 1) return Reaction::reply(failed().SerializeAsString());
    return Reaction::reply(done().SerializeAsString());
  });
  run({asking_for("a")});
  EXPECT_TRUE(outcomes_.at(0).signature.ok());
  ASSERT_EQ(keys_["a"].size(), 3U);
  EXPECT_EQ(keys_["a"][0], keys_["a"][1]);
  EXPECT_NE(keys_["a"][1], keys_["a"][2]);
}

TEST_F(SigningQueueTest, AKeyThatTheCallerChoseIsNeverReplaced) {
  serve([](const auto&, unsigned earlier) {
    return earlier == 0 ? Reaction::hang_up() : Reaction::reply(failed().SerializeAsString());
  });
  run({asking_for("a", "chosen")});
  EXPECT_EQ(outcomes_.at(0).signature.error().reason, "DAEMON_STOPPED");
  EXPECT_THAT(keys_["a"], ::testing::Each("chosen"));
}

TEST_F(SigningQueueTest, GarbageForAnAnswerIsCorruptAndNotTriedAgain) {
  serve([](const auto&, unsigned) { return Reaction::reply("\xff\xff\xff"); });
  run({asking_for("a")});
  EXPECT_EQ(outcomes_.at(0).signature.error().reason, "ANSWER_MALFORMED");
  EXPECT_EQ(keys_["a"].size(), 1U);
}

}  // namespace
}  // namespace chancery::client
