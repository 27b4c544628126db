// Timestamps and logs of one signature, when the journal does not take what they answer, and when
// an authority does not.
#include "tests/support/services/scripted_server.h"
#include "tests/support/sigstore/memory_tsa.h"
#include "tests/support/sigstore/sigstore.h"
#include "tests/unit/finisher/finisher_fixture.h"

namespace chancery::daemon {
namespace {

const WallTime now = chancery::testing::at("2026-06-01T12:00:00Z");

class FinishingTest : public FinisherFixture {
 protected:
  FinishingTest() {
    services_.http = remote::HttpClient::start({}).value();
    add_authority("stamps", server_, std::nullopt);
  }
  void add_authority(const std::string& name, const chancery::testing::ScriptedServer& server,
                     std::optional<double> per_second) {
    services_.authorities.emplace(
        name, RemoteAuthority{std::make_unique<remote::TimestampAuthority>(
                                  *services_.http,
                                  remote::TimestampAuthorityOptions{
                                      server.url("api/v1/timestamp"),
                                      {tsa_.trusted({now - std::chrono::hours(1), {}})},
                                      [] { return now; }}),
                              per_second});
  }
  ~FinishingTest() override { finisher_.reset(); }  // before the server that it asks
  std::future<Result<Finished>> begin(std::vector<std::string> logs) {
    start();
    return FinisherFixture::begin(
        {.logs = std::move(logs), .authorities = {"stamps"}, .timestamps = 1});
  }

  chancery::testing::MemoryTsa tsa_;
  std::function<void()> before_stamp_ = [] {};
  chancery::testing::ScriptedServer server_{[this](const chancery::testing::SeenRequest& request) {
    before_stamp_();
    return chancery::testing::Reply::answer(201, as_text(tsa_.answer(as_bytes(request.body), now)));
  }};
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
    if (commits == 3) answer.get()({entry_at(5), std::nullopt});
  };
  const Result<Finished> finished = begin({"log"}).get();
  ASSERT_TRUE(finished.ok()) << finished.error().message;
  EXPECT_EQ(finished->timestamps.size(), 1U);
  EXPECT_EQ(finished->entries.size(), 1U);
  EXPECT_EQ(log.adds_seen, 1U);
  EXPECT_EQ(server_.seen().size(), 1U);
}

// Its queue is of those that waited for its rate when it said "in an hour".
TEST_F(FinishingTest, NobodySitsOutThePauseOfAnAuthorityWhereAnotherOneWillDo) {
  std::promise<void> both_wait;
  chancery::testing::ScriptedServer busy([&](const chancery::testing::SeenRequest&) {
    both_wait.get_future().wait();
    return chancery::testing::Reply::answer(429, "", "Retry-After: 3600\r\n");
  });
  add_authority("busy", busy, 1);
  start();
  const Plan plan{.logs = {}, .authorities = {"busy", "stamps"}, .timestamps = 1};
  auto first = FinisherFixture::begin(plan);
  auto second = FinisherFixture::begin(plan);
  finisher_->at(Deadline::Clock::now(), [&] { both_wait.set_value(); });
  for (auto* each : {&first, &second}) {
    ASSERT_EQ(each->wait_for(std::chrono::seconds(20)), std::future_status::ready);
    EXPECT_TRUE(each->get().ok());
  }
  finisher_.reset();
  EXPECT_EQ(busy.seen().size(), 1U);
}

TEST_F(FinishingTest, StatementIsLetGoOnceItIsProposed) {
  std::promise<std::function<void(remote::LogAdded)>> held;
  add_log("log").hold = [&](auto done) { held.set_value(std::move(done)); };
  start();
  Unfinished unfinished = work({.logs = {"log"}, .authorities = {}, .timestamps = 0});
  unfinished.envelope = std::make_shared<const bundle::DsseEnvelope>();
  const std::weak_ptr<const bundle::DsseEnvelope> envelope = unfinished.envelope;
  std::promise<void> done;
  finisher_->finish(std::move(unfinished), [&](const Result<Finished>&) { done.set_value(); });
  const auto answer = held.get_future().get();
  EXPECT_TRUE(envelope.expired()) << "it waits with the log";
  answer({entry_at(5), std::nullopt});
  done.get_future().wait();
}

TEST_F(FinishingTest, NoLogIsAskedWhereAnotherCannotTakeIt) {
  ScriptedLog& first = add_log("first");
  add_log("second").refusal = invalid_request("ENTRY_TOO_LARGE", "");
  EXPECT_EQ(begin({"first", "second"}).get().error().reason, "ENTRY_TOO_LARGE");
  EXPECT_EQ(first.sizes_seen, 0U);  // with that it would begin
}

}  // namespace
}  // namespace chancery::daemon
