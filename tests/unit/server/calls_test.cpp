// Calls of every kind through a real socket, as our own client makes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "client/connection/connection.h"
#include "tests/unit/server/toy_server.h"

namespace chancery::daemon {
namespace {

using client::Connection;
using namespace std::chrono_literals;

Deadline soon() { return Deadline::after(60s); }

std::unique_ptr<Connection> connect(const ToyServer& toy) {
  return Connection::open(toy.socket(), soon()).value();
}

TEST(Calls, AnEchoComesBack) {
  const ToyServer toy;
  const auto connection = connect(toy);
  EXPECT_EQ(connection->call("toy.Toy", "Echo", "hello", soon()).value(), "hello");
  EXPECT_EQ(connection->call("toy.Toy", "Echo", "", soon()).value(), "");
}

TEST(Calls, AnErrorKeepsItsCodeReasonAndMessage) {
  const ToyServer toy;
  const auto answer = connect(toy)->call("toy.Toy", "Fail", "TOY_BROKEN", soon());
  EXPECT_EQ(answer.error().code, ErrorCode::corrupt);
  EXPECT_EQ(answer.error().reason, "TOY_BROKEN");
  EXPECT_EQ(answer.error().message, "as asked");
}

TEST(Calls, AnAdministratorsSaysByWhichRuleAndRules) {
  const ToyServer toy;
  EXPECT_EQ(connect(toy)->call("toy.Toy", "Own", "", soon()).value(), "ownerscafe");
}

TEST(Calls, AClientStreamIsReceivedInOrder) {
  const ToyServer toy;
  const auto connection = connect(toy);
  client::Upload upload = connection->upload("toy.Toy", "Join", soon());
  for (const char* word : {"one", "two", "", "three"}) ASSERT_TRUE(upload.send(word).ok());
  EXPECT_EQ(upload.finish().value(), "one;two;;three;");
}

TEST(Calls, AServerStreamIsReadToItsEnd) {
  const ToyServer toy;
  const auto connection = connect(toy);
  client::Download download = connection->download("toy.Toy", "Count", "40", soon());
  std::size_t count = 0;
  while (const auto message = download.next().value()) {
    EXPECT_EQ(*message, std::string(64U << 10, static_cast<char>('a' + count % 26)));
    ++count;
  }
  EXPECT_EQ(count, 40U);
}

TEST(Calls, ManyAreInFlightOnOneConnection) {
  const ToyServer toy;
  const auto connection = connect(toy);
  std::vector<client::PendingCall> calls;
  for (int i = 0; i < 300; ++i) {
    calls.push_back(connection->submit("toy.Toy", "Echo", std::to_string(i), soon()));
  }
  for (int i = 299; i >= 0; --i) {
    EXPECT_EQ(calls[static_cast<std::size_t>(i)].wait().value(), std::to_string(i));
  }
}

}  // namespace
}  // namespace chancery::daemon
