// Many clients, slow clients, silent clients: bounds hold, and nobody else is harmed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <deque>
#include <thread>

#include "client/connection/connection.h"
#include "tests/unit/server/raw_client.h"
#include "tests/unit/server/toy_server.h"

namespace chancery::daemon {
namespace {

using namespace std::chrono_literals;

Deadline soon() { return Deadline::after(60s); }

void expect_echo(RawClient& client, std::uint32_t stream_id) {
  client.request(stream_id, "Echo", "hello");
  EXPECT_EQ(client.answer_on(stream_id).value(), "hello");
}

// Both ends of a thousand sockets are in this process.
void allow_descriptors(rlim_t count) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  ASSERT_GE(limit.rlim_max, count) << "this test needs " << count << " descriptors";
  limit.rlim_cur = std::max(limit.rlim_cur, count);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

TEST(Crowd, TwoHundredAndFiftySixClientsAreServedAtOnce) {
  allow_descriptors(2048);
  ToyServer toy;
  std::vector<std::thread> threads;
  std::atomic<int> served = 0;
  for (int i = 0; i < 256; ++i) {
    threads.emplace_back([&toy, &served, i] {
      const auto connection = client::Connection::open(toy.socket(), soon()).value();
      for (int j = 0; j < 20; ++j) {
        const std::string payload = std::to_string(i * 1000 + j);
        if (connection->call("toy.Toy", "Echo", payload, soon()).value() == payload) ++served;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(served, 256 * 20);
  toy.wait_until([](Server& server) { return server.counts().calls == 256 * 20; });
}

TEST(Crowd, AThousandSilentConnectionsKeepNobodyOut) {
  allow_descriptors(4096);
  ServerLimits limits;
  // Whatever the machine's load, there is one among the silent that has been so for long enough.
  limits.idle_before_giving_way = 0ms;
  ToyServer toy(limits);
  RawClient regular(toy.socket());
  expect_echo(regular, 1);
  std::deque<RawClient> silent;
  for (int i = 0; i < 1000; ++i) silent.emplace_back(toy.socket());
  // Whoever has asked for something stays; whoever comes finds a place soon.
  for (bool is_served = false; !is_served;) {
    const auto newcomer = client::Connection::open(toy.socket(), soon()).value();
    const auto answer = newcomer->call("toy.Toy", "Echo", "new", soon());
    is_served = answer.ok();
    if (!is_served) {
      EXPECT_THAT(answer.error().reason,
                  ::testing::AnyOf("CONNECTIONS_EXHAUSTED", "CONNECTION_LOST"));
    }
  }
  expect_echo(regular, 3);
  EXPECT_LE(toy.counts().connections, 512U);
}

TEST(Crowd, OneUserTooManyIsToldSoAtTheFirstRequest) {
  ServerLimits limits;
  limits.connections_per_uid_max = 2;
  limits.idle_before_giving_way = 1h;
  ToyServer toy(limits);
  RawClient first(toy.socket());
  RawClient second(toy.socket());
  RawClient third(toy.socket());
  third.request(1, "Echo");
  const Error error = third.answer_on(1).error();
  EXPECT_EQ(error.code, ErrorCode::exhausted);
  EXPECT_EQ(error.reason, "CONNECTIONS_EXHAUSTED");
  EXPECT_EQ(error.retry_after, 1h);
  EXPECT_TRUE(third.is_closed_by_server());
  EXPECT_EQ(toy.counts().refused_connections, 1U);

  second.close();
  toy.wait_until([](Server& server) { return server.counts().connections == 1; });
  RawClient fourth(toy.socket());
  expect_echo(fourth, 1);
  expect_echo(first, 1);
}

TEST(Crowd, TheWholeServerHasABoundToo) {
  ServerLimits limits;
  limits.connections_max = 1;
  limits.idle_before_giving_way = 1h;
  const ToyServer toy(limits);
  RawClient first(toy.socket());
  expect_echo(first, 1);
  RawClient second(toy.socket());
  second.request(1, "Echo");
  EXPECT_EQ(second.answer_on(1).error().reason, "CONNECTIONS_EXHAUSTED");
}

TEST(Crowd, WhoIsRefusedAndSilentIsNotWaitedFor) {
  ServerLimits limits;
  limits.connections_per_uid_max = 1;
  limits.idle_before_giving_way = 1h;
  limits.refused_connection_wait_max = 20ms;
  const ToyServer toy(limits);
  const RawClient first(toy.socket());
  RawClient second(toy.socket());
  EXPECT_TRUE(second.is_closed_by_server());
}

TEST(Crowd, OfTheRefusedTheOldestGoesWhenThereAreTooMany) {
  ServerLimits limits;
  limits.connections_per_uid_max = 1;
  limits.connections_refused_max = 1;
  limits.refused_connection_wait_max = 1h;
  limits.idle_before_giving_way = 1h;
  const ToyServer toy(limits);
  const RawClient first(toy.socket());
  RawClient silent(toy.socket());
  RawClient refused(toy.socket());
  EXPECT_TRUE(silent.is_closed_by_server());
  refused.request(1, "Echo");
  EXPECT_EQ(refused.answer_on(1).error().reason, "CONNECTIONS_EXHAUSTED");
}

TEST(Crowd, EachOfManyWhoAreRefusedIsTold) {
  ServerLimits limits;
  limits.connections_per_uid_max = 1;
  limits.connections_refused_max = 2;
  limits.idle_before_giving_way = 1h;
  ToyServer toy(limits);
  const RawClient first(toy.socket());
  toy.wait_until([](Server& server) { return server.counts().connections == 1; });
  std::deque<RawClient> refused;
  toy.on_loop([&](Server&) {  // which so finds all of them at once
    for (int i = 0; i < 50; ++i) refused.emplace_back(toy.socket()).request(1, "Echo");
  });
  for (RawClient& client : refused) {
    EXPECT_EQ(client.answer_on(1).error().reason, "CONNECTIONS_EXHAUSTED");
  }
}

TEST(Crowd, TheLongestIdleGivesWayButNotWhoIsAtWork) {
  ServerLimits limits;
  limits.connections_per_uid_max = 2;
  limits.idle_before_giving_way = 0ms;
  ToyServer toy(limits);
  RawClient at_work(toy.socket());
  at_work.request(1, "Hold");
  toy.latch().wait_for(1);
  RawClient idle(toy.socket());
  expect_echo(idle, 1);
  toy.wait_until([](Server& server) { return server.counts().requests_in_flight == 1; });
  RawClient newcomer(toy.socket());
  expect_echo(newcomer, 1);
  EXPECT_TRUE(idle.is_closed_by_server());
  toy.latch().release_all();
  EXPECT_EQ(at_work.answer_on(1).value(), "released");
}

TEST(Crowd, RequestsInFlightAreBounded) {
  struct Case {
    const char* what;
    std::size_t ServerLimits::*bound;
  };
  for (const Case& bounded :
       {Case{"connection", &ServerLimits::requests_in_flight_per_connection_max},
        Case{"uid", &ServerLimits::requests_in_flight_per_uid_max},
        Case{"all", &ServerLimits::requests_in_flight_max}}) {
    SCOPED_TRACE(bounded.what);
    ServerLimits limits;
    limits.*bounded.bound = 2;
    ToyServer toy(limits);
    RawClient client(toy.socket());
    client.request(1, "Hold");
    client.request(3, "Hold");
    toy.latch().wait_for(2);
    client.request(5, "Echo");
    const Error error = client.answer_on(5).error();
    EXPECT_EQ(error.code, ErrorCode::exhausted);
    EXPECT_EQ(error.reason, "REQUESTS_EXHAUSTED");
    toy.latch().release_all();
    EXPECT_TRUE(client.receive() && client.receive());
    expect_echo(client, 7);
  }
}

TEST(Crowd, BytesOfRequestsAreBounded) {
  ServerLimits limits;
  limits.request_bytes_in_flight_max = 100'000;
  ToyServer toy(limits);
  RawClient client(toy.socket());
  client.request(1, "Hold", std::string(60'000, 'x'));
  toy.latch().wait_for(1);
  client.request(3, "Echo", std::string(60'000, 'x'));
  EXPECT_EQ(client.answer_on(3).error().reason, "REQUEST_BYTES_EXHAUSTED");
  expect_echo(client, 5);
  toy.latch().release_all();
  EXPECT_EQ(client.answer_on(1).value(), "released");
  client.request(7, "Echo", std::string(60'000, 'x'));
  EXPECT_TRUE(client.answer_on(7).ok());
}

// It is read in pieces, of which the first still found room.
TEST(Crowd, AFrameThatFoundNoRoomHoldsNone) {
  ServerLimits limits;
  limits.request_bytes_in_flight_max = 100'000;
  ToyServer toy(limits);
  RawClient client(toy.socket());
  client.request(1, "Hold", std::string(20'000, 'x'));
  toy.latch().wait_for(1);
  RawClient refused(toy.socket());
  refused.request(1, "Echo", std::string(200'000, 'x'));
  EXPECT_EQ(refused.answer_on(1).error().reason, "REQUEST_BYTES_EXHAUSTED");
  client.request(3, "Echo", std::string(60'000, 'x'));
  EXPECT_TRUE(client.answer_on(3).ok());
  expect_echo(refused, 3);
}

TEST(Crowd, HalfAFrameHoldsOnlyWhatHasArrived) {
  ServerLimits limits;
  limits.request_bytes_in_flight_max = 100'000;
  ToyServer toy(limits);
  std::deque<RawClient> liars;
  for (int i = 0; i < 50; ++i) {
    liars.emplace_back(toy.socket())
        .send(as_text(wire::build_header({1U << 20, 1, wire::FrameType::request, 0})));
  }
  RawClient honest(toy.socket());
  honest.request(1, "Echo", std::string(60'000, 'x'));
  EXPECT_TRUE(honest.answer_on(1).ok());
}

TEST(Crowd, SlowReadersHoldNoThread) {
  const ToyServer toy;  // its pool has four threads
  std::deque<RawClient> slow;
  for (int i = 0; i < 16; ++i) {
    slow.emplace_back(toy.socket()).request(1, "Count", "1000", wire::flags::remote_closed);
  }
  for (RawClient& client : slow) EXPECT_TRUE(client.receive());  // each has begun
  RawClient honest(toy.socket());
  expect_echo(honest, 1);
  // And whoever reads again after all gets everything.
  std::size_t count = 1;
  while ((slow[0].receive().value().header.flags & wire::flags::remote_closed) == 0) ++count;
  EXPECT_EQ(count, 1000U);
}

TEST(Crowd, WhoStopsReadingIsClosed) {
  ServerLimits limits;
  limits.unsent_wait_max = 30ms;
  ToyServer toy(limits);
  RawClient deaf(toy.socket());
  deaf.request(1, "Count", "1000", wire::flags::remote_closed);
  toy.wait_until([](Server& server) { return server.counts().calls == 1; });
  toy.wait_until([](Server& server) { return server.counts().connections == 0; });
  toy.wait_until([](Server& server) { return server.is_drained(); });
}

TEST(Crowd, WhoLetsAnswersPileUpIsClosed) {
  ServerLimits limits;
  limits.unsent_bytes_per_connection_max = 1U << 20;
  ToyServer toy(limits);
  RawClient deaf(toy.socket());
  for (std::uint32_t id = 1; id < 41; id += 2) deaf.request(id, "Hold");
  toy.latch().wait_for(20);
  toy.latch().release_all(std::string(200'000, 'x'));
  toy.wait_until([](Server& server) { return server.counts().connections == 0; });
  RawClient honest(toy.socket());
  expect_echo(honest, 1);
}

TEST(Crowd, WhoDoesNotReadIsNotReadFrom) {
  ToyServer toy;
  RawClient deaf(toy.socket());
  deaf.request(1, "Count", "1000", wire::flags::remote_closed);
  deaf.receive();
  for (std::uint32_t id = 3; id < 103; id += 2) deaf.request(id, "Echo", std::string(1000, 'x'));
  std::size_t ends = 0;
  while (ends < 51) {
    const Frame frame = deaf.receive().value();
    const bool is_end = frame.header.type == wire::FrameType::response ||
                        (frame.header.flags & wire::flags::remote_closed) != 0;
    if (is_end) ++ends;
  }
  EXPECT_EQ(ends, 51U);
}

}  // namespace
}  // namespace chancery::daemon
