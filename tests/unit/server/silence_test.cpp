// Clients that stop in the middle of what they say: a connection by itself, in time of the test's.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "daemon/server/connection.h"
#include "tests/unit/server/raw_client.h"

namespace chancery::daemon {
namespace {

using namespace std::chrono_literals;

class Swallow : public InboundStream {
 public:
  Swallow(Call call, int& living) : call_(std::move(call)), living_(living) { ++living_; }
  ~Swallow() override { --living_; }
  Result<void> receive(std::string) override { return {}; }
  void finish() override { call_.responder->answer(std::string("all of it")); }

 private:
  const Call call_;
  int& living_;
};

// What is posted to the pool waits until the test runs it.
class Silence : public ::testing::Test {
 protected:
  Silence() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    client_.emplace(wire::Descriptor(ends[0]));
    const auto swallow = [this](Call call) -> Result<std::unique_ptr<InboundStream>> {
      return std::unique_ptr<InboundStream>(std::make_unique<Swallow>(std::move(call), living_));
    };
    const auto hold = [this](Call call) { held_.push_back(std::move(call.responder)); };
    std::vector<Method> methods{
        {"toy.Toy", "Swallow", Permission::anyone, nullptr, swallow, nullptr},
        {"toy.Toy", "Hold", Permission::anyone, hold, nullptr, nullptr}};
    auto dispatch = std::make_shared<Dispatch>(
        std::move(methods),
        [this](std::function<void()> work) { posted_.push_back(std::move(work)); },
        [] { return false; },
        [](const policy::Peer&, std::string_view) -> Result<Grant> { return Grant{}; });
    auto outbox = std::make_shared<Outbox>(wire::Descriptor(ends[1]), meters_.unsent_bytes, [] {});
    connection_.emplace(
        Connection::Parts{{}, meters_, outbox, dispatch, [] {}, [](Room) { return false; }});
  }
  ~Silence() override {
    held_.clear();
    connection_.reset();
    run_posted();
  }

  void say(std::string_view bytes) { connection_->input(as_bytes(bytes), now_); }
  void request(std::uint32_t id, std::string_view method, std::uint8_t flags) {
    say(wire::build_request(id, flags, {"toy.Toy", std::string(method), {}, {}}).value());
  }
  void run_posted() {
    for (const auto& work : std::exchange(posted_, {})) work();
  }
  void pass(std::chrono::milliseconds time) {
    now_ += time;
    connection_->check_time(now_, {30s, {1000, 10s}});
  }

  int living_ = 0;  // flows of streams
  const Meters meters_{nullptr, std::make_shared<Meter>(100), std::make_shared<Meter>(100U << 20),
                       std::make_shared<Meter>(100U << 20)};
  std::vector<std::shared_ptr<Responder>> held_;
  std::vector<std::function<void()>> posted_;
  std::optional<RawClient> client_;
  std::optional<Connection> connection_;
  Connection::Time now_ = Connection::Time(1h);
};

TEST_F(Silence, AStreamThatStandsStillIsEndedAndGivesBackWhatItHolds) {
  request(1, "Swallow", wire::flags::remote_open);
  say(wire::build_data(1, std::string(5000, 'x')));
  run_posted();
  EXPECT_EQ(living_, 1);
  pass(0s);
  pass(9s);
  EXPECT_EQ(meters_.requests->used(), 1U);
  pass(1s);
  const Error error = client_->answer_on(1).error();
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_EQ(error.reason, "STREAM_STALLED");
  run_posted();
  EXPECT_EQ(living_, 0);
  EXPECT_EQ(meters_.requests->used(), 0U);
  EXPECT_EQ(meters_.request_bytes->used(), 0U);
}

TEST_F(Silence, AStreamThatNeverBeginsIsEndedToo) {
  request(1, "Swallow", wire::flags::remote_open);
  pass(0s);
  pass(10s);
  EXPECT_EQ(client_->answer_on(1).error().reason, "STREAM_STALLED");
}

// A connection that was passed on, say.
TEST_F(Silence, HalfAFrameOfWhomNothingIsTakenAnyMoreHoldsNone) {
  say(as_text(wire::build_header({3000, 1, wire::FrameType::request, 0})));
  say(std::string(1000, 'x'));
  EXPECT_EQ(meters_.request_bytes->used(), 1000U);
  connection_->take_no_more(denied("PEER_CHANGED", "as the test wants"));
  EXPECT_EQ(client_->answer_on(1).error().reason, "PEER_CHANGED");
  EXPECT_EQ(meters_.request_bytes->used(), 0U);
}

TEST_F(Silence, ATrickleIsTooLittleAndAPieceOfAFrameCounts) {
  request(1, "Swallow", wire::flags::remote_open);
  request(3, "Swallow", wire::flags::remote_open);
  pass(0s);
  for (int second = 1; second <= 9; ++second) {
    say(wire::build_data(1, std::string(50, 'x')));
    run_posted();
    pass(1s);
  }
  say(as_text(wire::build_header({3000, 3, wire::FrameType::data, 0})));
  say(std::string(1000, 'x'));
  pass(1s);
  EXPECT_EQ(client_->answer_on(1).error().reason, "STREAM_STALLED");
  say(std::string(2000, 'x'));
  say(wire::build_end(3));
  run_posted();
  EXPECT_EQ(client_->answer_on(3).value(), "all of it");
}

TEST_F(Silence, AStreamThatWaitsForUsHasNotStalled) {
  request(1, "Swallow", wire::flags::remote_open);
  pass(0s);
  for (int i = 0; i < 64; ++i) say(wire::build_data(1, "x"));  // as many as may wait
  EXPECT_FALSE(connection_->wants_input());
  pass(20s);
  run_posted();
  EXPECT_TRUE(connection_->wants_input());
  pass(1s);
  say(wire::build_end(1));
  pass(20s);  // it has said everything: the rest is ours
  run_posted();
  EXPECT_EQ(client_->answer_on(1).value(), "all of it");
}

TEST_F(Silence, WhoWeDoNotReadFromIsNotSilent) {
  request(1, "Swallow", wire::flags::remote_open);
  request(3, "Swallow", wire::flags::remote_open);
  for (int i = 0; i < 64; ++i) say(wire::build_data(1, "x"));
  say(as_text(wire::build_header({3000, 3, wire::FrameType::data, 0})));
  say(std::string(1000, 'x'));
  EXPECT_FALSE(connection_->wants_input());
  for (const Room room : {Room::requests, Room::bytes}) {
    EXPECT_FALSE(connection_->longest_silence(room));
  }
  run_posted();
  const auto before = Deadline::Clock::now();
  EXPECT_TRUE(connection_->wants_input());
  for (const Room room : {Room::requests, Room::bytes}) {
    EXPECT_GE(connection_->longest_silence(room).value().since, before);
  }
}

TEST_F(Silence, BeginsWithTheLastAnswer) {
  request(1, "Hold", 0);
  request(3, "Hold", 0);
  run_posted();
  EXPECT_FALSE(connection_->silent_since());
  held_[0]->answer(std::string("first"));
  EXPECT_FALSE(connection_->silent_since());
  auto before = Deadline::Clock::now();
  held_[1]->answer(std::string("second"));
  EXPECT_GE(connection_->silent_since().value(), before);
}

TEST_F(Silence, BeginsWhenAnAnswerWaitsToBeRead) {
  request(1, "Hold", 0);
  request(3, "Hold", 0);
  run_posted();
  const auto before = Deadline::Clock::now();
  held_[0]->answer(std::string(3U << 20, 'x'));  // more than a socket holds
  EXPECT_TRUE(connection_->outbox().state().is_blocked);
  EXPECT_GE(connection_->silent_since().value(), before);
}

TEST_F(Silence, OfAStreamBeginsWhenItsFlowHasTakenAll) {
  request(1, "Swallow", wire::flags::remote_open);
  say(wire::build_data(1, "x"));
  EXPECT_FALSE(connection_->silent_since());
  EXPECT_FALSE(connection_->longest_silence(Room::requests));
  const auto before = Deadline::Clock::now();
  run_posted();
  EXPECT_GE(connection_->silent_since().value(), before);
  EXPECT_GE(connection_->longest_silence(Room::requests).value().since, before);
}

}  // namespace
}  // namespace chancery::daemon
