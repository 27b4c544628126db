// The server at a stop: what was accepted is answered, and nobody else is waited for.
#include <gtest/gtest.h>

#include "client/connection/connection.h"
#include "tests/unit/server/raw_client.h"
#include "tests/unit/server/toy_server.h"

namespace chancery::daemon {
namespace {

using namespace std::chrono_literals;

TEST(Drain, TakesNothingNewAndLosesNothing) {
  ToyServer toy;
  RawClient client(toy.socket());
  client.request(1, "Hold");
  toy.latch().wait_for(1);
  toy.on_loop([](Server& server) { server.drain(); });

  client.request(5, "Echo");
  const Error error = client.answer_on(5).error();
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_EQ(error.reason, "SHUTTING_DOWN");
  EXPECT_EQ(client::Connection::open(toy.socket(), Deadline::after(60s)).error().reason,
            "DAEMON_UNREACHABLE");
  toy.on_loop([](Server& server) { EXPECT_FALSE(server.is_drained()); });

  toy.latch().release_all();
  EXPECT_EQ(client.answer_on(1).value(), "released");
  toy.wait_until([](Server& server) { return server.is_drained(); });
}

TEST(Drain, EndsWhatHasNotWhollyArrived) {
  ToyServer toy;
  RawClient client(toy.socket());
  client.request(1, "Join", {}, wire::flags::remote_open);
  client.send(wire::build_data(1, "one"));
  toy.wait_until([&](Server&) { return toy.begun_streams() == 1; });
  RawClient half(toy.socket());
  half.send(as_text(wire::build_header({100, 1, wire::FrameType::request, 0})));
  toy.wait_until([](Server& server) { return server.counts().connections == 2; });
  toy.on_loop([](Server& server) { server.drain(); });
  EXPECT_EQ(client.answer_on(1).error().reason, "SHUTTING_DOWN");
  toy.wait_until([](Server& server) { return server.is_drained(); });
  EXPECT_EQ(half.answer_on(1).error().reason, "SHUTTING_DOWN");
}

TEST(Drain, DoesNotWaitForWhoDoesNotRead) {
  ServerLimits limits;
  limits.unsent_wait_max = 1h;
  limits.unsent_wait_at_stop_max = 30ms;
  ToyServer toy(limits);
  RawClient deaf(toy.socket());
  deaf.request(1, "Count", "1000", wire::flags::remote_closed);
  EXPECT_TRUE(deaf.receive());
  toy.on_loop([](Server& server) { server.drain(); });
  toy.wait_until([](Server& server) { return server.is_drained(); });
}

TEST(Drain, LetsAStreamGoOnToWhoReadsIt) {
  ServerLimits limits;
  limits.unsent_wait_at_stop_max = 20s;
  ToyServer toy(limits);
  RawClient client(toy.socket());
  client.request(1, "Count", "100", wire::flags::remote_closed);
  EXPECT_TRUE(client.receive());
  toy.on_loop([](Server& server) { server.drain(); });
  std::size_t count = 1;
  while ((client.receive().value().header.flags & wire::flags::remote_closed) == 0) ++count;
  EXPECT_EQ(count, 100U);
}

}  // namespace
}  // namespace chancery::daemon
