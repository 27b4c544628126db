// Timestamps and logs of one signature, when the journal does not take what they answer.
#include <gtest/gtest.h>

#include <future>

#include "daemon/finisher/finisher.h"
#include "tests/support/journal/journal_calls.h"
#include "tests/support/services/scripted_server.h"
#include "tests/support/sigstore/memory_tsa.h"
#include "tests/support/sigstore/sigstore.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/finisher/scripted_log.h"
#include "tests/unit/finisher/state_in_journal.h"

namespace chancery::daemon {
namespace {

using chancery::testing::entry_body;

const WallTime now = chancery::testing::at("2026-06-01T12:00:00Z");

bundle::LogEntry entry() {
  bundle::LogEntry entry;
  entry.log_index = 5;
  entry.log_id = Bytes(32, 1);
  entry.kind = "hashedrekord";
  entry.version = "0.0.2";
  entry.canonicalized_body = entry_body("a");
  entry.inclusion_proof = bundle::InclusionProof();
  return entry;
}

class FinishingTest : public ::testing::Test {
 protected:
  FinishingTest() {
    services_.http = remote::HttpClient::start({}).value();
    services_.authorities.emplace(
        "stamps", RemoteAuthority{std::make_unique<remote::TimestampAuthority>(
                                      *services_.http,
                                      remote::TimestampAuthorityOptions{
                                          server_.url("api/v1/timestamp"),
                                          {tsa_.trusted({now - std::chrono::hours(1), {}})},
                                          [] { return now; }}),
                                  std::nullopt});
    JournalOptions options;
    options.path = path_;
    options.at_step = [this](std::string_view step) {
      if (step == "committed" && after_commit_) after_commit_();
    };
    journal_ = chancery::testing::open_journal(std::move(options));
    id_ = chancery::testing::accept(*journal_, "a");
    EXPECT_TRUE(chancery::testing::sign(*journal_, id_, entry_body("a")).ok());
  }
  ScriptedLog& add_log(const std::string& name) {
    auto log = std::make_unique<ScriptedLog>();
    ScriptedLog& added = *log;
    services_.logs.emplace(name, RemoteLog{std::move(log), false, std::nullopt});
    return added;
  }
  std::future<Result<Finished>> begin(std::vector<std::string> logs) {
    finisher_ = Finisher::start(std::move(services_), *journal_, timings_);
    Unfinished work;
    work.id = id_;
    work.plan = {.logs = std::move(logs), .authorities = {"stamps"}, .timestamps = 1};
    work.record = {digest(HashAlgorithm::sha256, as_bytes("a")),
                   {1, 2, 3},
                   Algorithm::ecdsa_p256_sha256,
                   {4, 5, 6},
                   /*is_certificate=*/false};
    const auto promise = std::make_shared<std::promise<Result<Finished>>>();
    finisher_->finish(std::move(work),
                      [promise](Result<Finished> out) { promise->set_value(std::move(out)); });
    return promise->get_future();
  }
  // While it is `accepted` the journal takes no step of it.
  void set_state(RequestState state) { chancery::testing::set_state_in(path_, state); }

  chancery::testing::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_ / "journal.db";
  chancery::testing::MemoryTsa tsa_;
  std::function<void()> before_stamp_ = [] {};
  chancery::testing::ScriptedServer server_{[this](const chancery::testing::SeenRequest& request) {
    before_stamp_();
    return chancery::testing::Reply::answer(201, as_text(tsa_.answer(as_bytes(request.body), now)));
  }};
  std::function<void()> after_commit_;  // on the journal's thread, before anybody hears of it
  std::unique_ptr<Journal> journal_;
  RequestId id_ = 0;
  Timings timings_;
  RemoteServices services_;
  std::unique_ptr<Finisher> finisher_;
};

TEST_F(FinishingTest, StampThatTheJournalDidNotTakeIsWrittenAgainAndItsLogIsNotAskedAgain) {
  std::promise<std::function<void(remote::LogAdded)>> held;
  auto answer = held.get_future().share();
  ScriptedLog& log = add_log("log");
  log.hold = [&](auto done) { held.set_value(std::move(done)); };
  before_stamp_ = [&] {
    answer.wait();  // the add is under way
    set_state(RequestState::accepted);
  };
  after_commit_ = [&, commits = 0]() mutable {
    ++commits;
    if (commits == 2) set_state(RequestState::signed_);  // the first is of the log, then the stamp
    if (commits == 3) answer.get()({entry(), std::nullopt});
  };
  const Result<Finished> finished = begin({"log"}).get();
  ASSERT_TRUE(finished.ok()) << finished.error().message;
  EXPECT_EQ(finished->timestamps.size(), 1U);
  EXPECT_EQ(finished->entries.size(), 1U);
  EXPECT_EQ(log.adds_seen, 1U);
  EXPECT_EQ(server_.seen().size(), 1U);
}

TEST_F(FinishingTest, NoLogIsAskedWhereAnotherCannotTakeIt) {
  ScriptedLog& first = add_log("first");
  add_log("second").refusal = invalid_request("ENTRY_TOO_LARGE", "");
  EXPECT_EQ(begin({"first", "second"}).get().error().reason, "ENTRY_TOO_LARGE");
  EXPECT_EQ(first.sizes_seen, 0U);  // with that it would begin
}

}  // namespace
}  // namespace chancery::daemon
