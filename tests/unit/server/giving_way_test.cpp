// No place is left: who says nothing gives way, who is at work does not.
#include <gtest/gtest.h>
#include <unistd.h>

#include <deque>

#include "client/connection/connection.h"
#include "tests/support/sockets/as_user.h"
#include "tests/unit/server/raw_client.h"
#include "tests/unit/server/toy_server.h"

namespace chancery::daemon {
namespace {

using namespace std::chrono_literals;

Deadline soon() { return Deadline::after(60s); }

// Asks on ever new connections, as an honest client would, until it is served.
bool is_served_in_time(const ToyServer& toy, const std::string& payload = "new") {
  for (const Deadline deadline = soon(); !deadline.passed();) {
    const auto newcomer = client::Connection::open(toy.socket(), deadline).value();
    if (newcomer->call("toy.Toy", "Echo", payload, deadline).ok()) return true;
  }
  return false;
}

// Nothing but a search for a place ends a silent client.
ServerLimits patient_limits() {
  ServerLimits limits;
  limits.idle_before_giving_way = 1h;
  limits.partial_frame_wait_max = 1h;
  limits.stream_wait_max = 1h;
  limits.unsent_wait_max = 1h;
  limits.silence_before_giving_way = 20ms;
  return limits;
}

struct Silent {
  const char* how;
  void (*falls_silent)(RawClient& client);
};
class SilentClient : public ::testing::TestWithParam<Silent> {};

TEST_P(SilentClient, GivesWayToANewcomer) {
  ServerLimits limits = patient_limits();
  limits.connections_per_uid_max = 1;
  ToyServer toy(limits);
  RawClient silent(toy.socket());
  GetParam().falls_silent(silent);
  EXPECT_TRUE(is_served_in_time(toy));
  while (silent.receive()) continue;  // it is closed
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, SilentClient,
    ::testing::Values(
        Silent{"HalfAHeader", [](RawClient& client) { client.send("abc"); }},
        Silent{"HalfAFrame",
               [](RawClient& client) {
                 client.send(as_text(wire::build_header({100, 1, wire::FrameType::request, 0})));
               }},
        Silent{"Stream",
               [](RawClient& client) {
                 client.request(1, "Join", {}, wire::flags::remote_open);
                 client.send(wire::build_data(1, "one"));
               }},
        Silent{"Reader",
               [](RawClient& client) {
                 client.request(1, "Count", "1000", wire::flags::remote_closed);
                 EXPECT_TRUE(client.receive());
               }}),
    [](const auto& test) { return std::string(test.param.how); });

// Heard, and in the middle of what it says, though it has never asked for anything that there is.
void begin_something(RawClient& client) {
  client.send(wire::build_request(1, 0, {"toy.Toy", "None", {}, {}}).value() + "half");
  EXPECT_EQ(client.answer_on(1).error().reason, "METHOD_UNKNOWN");
}

TEST(GivingWay, NewcomersHideNobodyWhoHasBeenIdle) {
  ServerLimits limits = patient_limits();
  limits.connections_per_uid_max = 8;
  limits.idle_before_giving_way = 0ms;
  limits.silence_before_giving_way = 1h;
  ToyServer toy(limits);
  std::deque<RawClient> idle;
  for (int i = 0; i < 8; ++i) {
    RawClient& client = idle.emplace_back(toy.socket());
    client.request(1, "Echo", "hello");
    EXPECT_EQ(client.answer_on(1).value(), "hello");
  }
  toy.wait_until([](Server& server) { return server.counts().requests_in_flight == 0; });
  std::deque<RawClient> newcomers;
  for (RawClient& gives_way : idle) {
    begin_something(newcomers.emplace_back(toy.socket()));
    EXPECT_TRUE(gives_way.is_closed_by_server());
  }
  RawClient refused(toy.socket());  // all are in the middle of something
  refused.request(1, "Echo");
  EXPECT_EQ(refused.answer_on(1).error().reason, "CONNECTIONS_EXHAUSTED");
}

TEST(GivingWay, ASearchThatFoundNobodyIsNotRepeatedBeforeItCanFindOne) {
  ServerLimits limits = patient_limits();
  limits.connections_per_uid_max = 2;
  limits.silence_before_giving_way = 1h;
  ToyServer toy(limits);
  RawClient at_work(toy.socket()), idle(toy.socket());
  at_work.request(1, "Hold");
  toy.latch().wait_for(1);
  std::deque<RawClient> refused;
  for (int i = 0; i < 50; ++i) {
    RawClient& client = refused.emplace_back(toy.socket());
    client.request(1, "Echo");
    EXPECT_EQ(client.answer_on(1).error().reason, "CONNECTIONS_EXHAUSTED");
  }
  EXPECT_EQ(toy.counts().place_searches, 1U);
}

TEST(GivingWay, ATricklerAmongIdleOnesLocksNobodyOut) {
  ServerLimits limits = patient_limits();
  limits.connections_per_uid_max = 2;
  limits.idle_before_giving_way = 0ms;
  limits.silence_before_giving_way = 1h;
  ToyServer toy(limits);
  RawClient trickler(toy.socket());
  begin_something(trickler);
  RawClient idle(toy.socket());
  idle.request(1, "Echo", "hello");
  EXPECT_EQ(idle.answer_on(1).value(), "hello");
  EXPECT_TRUE(is_served_in_time(toy));
  EXPECT_TRUE(idle.is_closed_by_server());
}

TEST(GivingWay, WhoWaitedForItsAnswerWasNotIdleMeanwhile) {
  ServerLimits limits = patient_limits();
  limits.connections_per_uid_max = 2;
  limits.idle_before_giving_way = 0ms;
  ToyServer toy(limits);
  RawClient waited(toy.socket());
  waited.request(1, "Hold");
  toy.latch().wait_for(1);
  RawClient idle(toy.socket());
  idle.request(1, "Echo", "hello");
  EXPECT_EQ(idle.answer_on(1).value(), "hello");
  toy.latch().release_all();
  EXPECT_EQ(waited.answer_on(1).value(), "released");
  toy.wait_until([](Server& server) { return server.counts().requests_in_flight == 0; });
  EXPECT_TRUE(is_served_in_time(toy));
  EXPECT_TRUE(idle.is_closed_by_server());
  waited.request(3, "Echo", "still here");
  EXPECT_EQ(waited.answer_on(3).value(), "still here");
}

TEST(GivingWay, WhoIsAtWorkStays) {
  ServerLimits limits = patient_limits();
  limits.connections_per_uid_max = 1;
  limits.silence_before_giving_way = 0ms;
  ToyServer toy(limits);
  RawClient at_work(toy.socket());
  at_work.request(1, "Hold");
  at_work.request(3, "Join", {}, wire::flags::remote_open);  // beside it, a silent stream
  toy.latch().wait_for(1);
  RawClient newcomer(toy.socket());
  newcomer.request(1, "Echo");
  EXPECT_EQ(newcomer.answer_on(1).error().reason, "CONNECTIONS_EXHAUSTED");
  toy.latch().release_all();
  EXPECT_EQ(at_work.answer_on(1).value(), "released");
}

TEST(GivingWay, ASilentStreamGivesItsPlaceToARequest) {
  struct Case {
    const char* what;
    std::size_t ServerLimits::*bound;
  };
  for (const Case& bounded : {Case{"uid", &ServerLimits::requests_in_flight_per_uid_max},
                              Case{"all", &ServerLimits::requests_in_flight_max}}) {
    SCOPED_TRACE(bounded.what);
    ServerLimits limits = patient_limits();
    limits.*bounded.bound = 3;
    ToyServer toy(limits);
    RawClient silent(toy.socket());
    silent.request(1, "Join", {}, wire::flags::remote_open);
    toy.wait_until([](Server& server) { return server.counts().requests_in_flight == 1; });
    RawClient later(toy.socket());
    later.request(1, "Join", {}, wire::flags::remote_open);
    later.request(3, "Hold");
    toy.latch().wait_for(1);
    toy.wait_until([](Server& server) { return server.counts().requests_in_flight == 3; });
    EXPECT_TRUE(is_served_in_time(toy));
    EXPECT_EQ(silent.answer_on(1).error().reason, "STREAM_STALLED");
    toy.latch().release_all();
    EXPECT_EQ(later.answer_on(3).value(), "released");
    later.send(wire::build_data(1, "one"));
    later.send(wire::build_end(1));
    EXPECT_EQ(later.answer_on(1).value(), "one;");
  }
}

TEST(GivingWay, HalfAFrameGivesWhatItHoldsToAWholeOne) {
  ServerLimits limits = patient_limits();
  limits.request_bytes_in_flight_max = 100'000;
  ToyServer toy(limits);
  std::deque<RawClient> silent;
  for (int i = 0; i < 2; ++i) {
    RawClient& client = silent.emplace_back(toy.socket());
    client.request(1, "Echo", "hello");
    EXPECT_EQ(client.answer_on(1).value(), "hello");
    client.send(as_text(wire::build_header({50'000, 3, wire::FrameType::request, 0})));
    client.send(std::string(45'000, 'x'));
  }
  EXPECT_TRUE(is_served_in_time(toy, std::string(90'000, 'y')));
  for (RawClient& client : silent) {
    const Error error = client.answer_on(3).error();
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_EQ(error.reason, "FRAME_STALLED");
    EXPECT_TRUE(client.is_closed_by_server());
  }
}

// Every user but root and the daemon's own is one of many; the tests' daemon is root's.
class ManyUsers : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be several users";
  }
  RawClient& connect_as(uid_t uid, const ToyServer& toy) {
    testing::as_user(uid, [&] { clients_.emplace_back(toy.socket()); });
    return clients_.back();
  }
  std::deque<RawClient> clients_;
};

TEST_F(ManyUsers, WhoseConnectionsAreAllTheRestKeepRootNotOut) {
  ServerLimits limits;
  limits.connections_max = 6;
  limits.connections_kept = 2;
  limits.idle_before_giving_way = 1h;
  ToyServer toy(limits);
  for (uid_t uid = 20001; uid <= 20004; ++uid) connect_as(uid, toy).request(1, "Hold");
  toy.latch().wait_for(4);
  RawClient& refused = connect_as(20005, toy);
  refused.request(1, "Echo");
  EXPECT_EQ(refused.answer_on(1).error().reason, "CONNECTIONS_EXHAUSTED");
  for (int i = 0; i < 2; ++i) {
    RawClient& root = connect_as(0, toy);
    root.request(1, "Echo", "root");
    EXPECT_EQ(root.answer_on(1).value(), "root");
  }
}

TEST_F(ManyUsers, OfThemTheLongestSilentGivesWay) {
  ServerLimits limits;
  limits.connections_max = 4;
  limits.connections_kept = 1;
  limits.idle_before_giving_way = 0ms;
  ToyServer toy(limits);
  RawClient& at_work = connect_as(20001, toy);
  at_work.request(1, "Hold");
  toy.latch().wait_for(1);
  RawClient& root = connect_as(0, toy);  // silent for longer, and its place helps nobody else
  RawClient& silent = connect_as(20002, toy);
  RawClient& silent_later = connect_as(20003, toy);
  toy.wait_until([](Server& server) { return server.counts().connections == 4; });
  RawClient& newcomer = connect_as(20004, toy);
  newcomer.request(1, "Echo", "new");
  EXPECT_EQ(newcomer.answer_on(1).value(), "new");
  EXPECT_TRUE(silent.is_closed_by_server());
  for (RawClient* served : {&root, &silent_later}) {
    served->request(1, "Echo", "still here");
    EXPECT_EQ(served->answer_on(1).value(), "still here");
  }
}

}  // namespace
}  // namespace chancery::daemon
