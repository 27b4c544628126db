// What our own client says when the daemon is late, gone or was never there.
#include "client/connection/connection.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

#include "tests/unit/server/toy_server.h"
#include "wire/message.h"

namespace chancery::daemon {
namespace {

using client::Connection;
using namespace std::chrono_literals;

Deadline soon() { return Deadline::after(60s); }

std::unique_ptr<Connection> connect(const std::filesystem::path& socket) {
  return Connection::open(socket, soon()).value();
}

// A daemon that accepts one connection and then does what a test says.
class OddDaemon {
 public:
  explicit OddDaemon(const std::function<void(int socket)>& act) {
    thread_ = std::thread([this, act] {
      wire::Descriptor accepted;
      while (!accepted.is_open()) {  // the listening socket does not block
        accepted = wire::Descriptor(::accept(listening_.socket.number(), nullptr, nullptr));
      }
      act(accepted.number());
    });
  }
  ~OddDaemon() { thread_.join(); }
  const std::filesystem::path& socket() const { return socket_; }

 private:
  testing::TemporaryDirectory directory_;
  const std::filesystem::path socket_ = directory_ / "odd.sock";
  Listening listening_ = listen_at(socket_, 0600).value();
  std::thread thread_;
};

void read_something(int socket) {
  char buffer[4096];
  ::recv(socket, buffer, sizeof(buffer), 0);
}
void write_all(int socket, const std::string& bytes) {
  ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

TEST(ClientConnection, NobodyThereIsUnavailable) {
  const testing::TemporaryDirectory directory;
  const auto opened = Connection::open(directory / "none.sock", soon());
  EXPECT_EQ(opened.error().code, ErrorCode::unavailable);
  EXPECT_EQ(opened.error().reason, "DAEMON_UNREACHABLE");
}

TEST(ClientConnection, ADeadlineWithoutAnAnswerLeavesTheOutcomeUnknown) {
  ToyServer toy;
  const auto connection = connect(toy.socket());
  client::PendingCall held = connection->submit("toy.Toy", "Hold", "", Deadline::after(2s));
  toy.latch().wait_for(1);  // in time, or it would be refused instead
  const auto answer = held.wait();
  EXPECT_EQ(answer.error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(answer.error().reason, "DEADLINE_PASSED");
  // The connection is still good, and the late answer disturbs nobody.
  toy.latch().release_all();
  EXPECT_EQ(connection->call("toy.Toy", "Echo", "on", soon()).value(), "on");
}

TEST(ClientConnection, ADaemonThatDiesAfterTheRequestLeavesTheOutcomeUnknown) {
  const OddDaemon odd(read_something);
  const auto answer = connect(odd.socket())->call("toy.Toy", "Echo", "", soon());
  EXPECT_EQ(answer.error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(answer.error().reason, "CONNECTION_LOST");
}

TEST(ClientConnection, ADaemonThatDiesBeforeAStreamIsWholeHasDoneNothing) {
  const OddDaemon odd(read_something);
  const auto connection = connect(odd.socket());
  client::Upload upload = connection->upload("toy.Toy", "Join", soon());
  Result<void> sent = upload.send("one");
  while (sent.ok()) sent = upload.send(std::string(100'000, 'x'));
  EXPECT_EQ(sent.error().code, ErrorCode::unavailable);
  EXPECT_EQ(sent.error().reason, "CONNECTION_LOST");
}

TEST(ClientConnection, ALostConnectionStaysLost) {
  const OddDaemon odd(read_something);
  const auto connection = connect(odd.socket());
  EXPECT_FALSE(connection->call("toy.Toy", "Echo", "", soon()).ok());
  EXPECT_EQ(connection->call("toy.Toy", "Echo", "", soon()).error().reason, "CONNECTION_LOST");
}

TEST(ClientConnection, WhatTheDaemonSaidBeforeItClosedIsHeard) {
  const OddDaemon odd([](int socket) {
    write_all(socket, wire::build_response(1, exhausted("CONNECTIONS_EXHAUSTED", "later")));
  });
  const auto answer = connect(odd.socket())->call("toy.Toy", "Echo", "", soon());
  EXPECT_EQ(answer.error().reason, "CONNECTIONS_EXHAUSTED");
}

TEST(ClientConnection, AnAnswerThatIsNoneIsCorrupt) {
  const OddDaemon odd([](int socket) {
    read_something(socket);
    write_all(socket, wire::build_frame({0, 1, wire::FrameType::response, 0}, "\xff\xff\xff"));
    read_something(socket);
  });
  EXPECT_EQ(connect(odd.socket())->call("toy.Toy", "Echo", "", soon()).error().reason,
            "ANSWER_MALFORMED");
}

TEST(ClientConnection, AFrameTooLongEndsTheConnection) {
  const OddDaemon odd([](int socket) {
    read_something(socket);
    const auto header = wire::build_header({0x7fffffff, 1, wire::FrameType::response, 0});
    write_all(socket, std::string(as_text(header)));
    read_something(socket);
  });
  EXPECT_EQ(connect(odd.socket())->call("toy.Toy", "Echo", "", soon()).error().reason,
            "CONNECTION_LOST");
}

TEST(ClientConnection, ARefusalInMidStreamEndsTheSending) {
  const ToyServer toy;
  const auto connection = connect(toy.socket());
  client::Upload upload = connection->upload("toy.Toy", "Join", soon());
  Result<void> sent = upload.send("refuse");
  while (sent.ok()) sent = upload.send("more");
  EXPECT_EQ(sent.error().reason, "TOY_REFUSED");
}

TEST(ClientConnection, MoreThanTheSocketHoldsMayBeInFlight) {
  const ToyServer toy;
  const auto connection = connect(toy.socket());
  std::vector<client::PendingCall> calls;
  for (int i = 0; i < 60; ++i) {
    calls.push_back(
        connection->submit("toy.Toy", "Echo", std::string(500'000, static_cast<char>(i)), soon()));
  }
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(calls[static_cast<std::size_t>(i)].wait().value()[0], static_cast<char>(i));
  }
}

TEST(ClientConnection, ManyThreadsShareOne) {
  const ToyServer toy;
  const auto connection = connect(toy.socket());
  std::atomic<int> served = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 100; ++j) {
        const std::string payload = std::to_string(i * 100 + j);
        if (connection->call("toy.Toy", "Echo", payload, soon()).value() == payload) ++served;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(served, 1600);
}

TEST(ClientConnection, AForgottenCallDisturbsNobody) {
  ToyServer toy;
  const auto connection = connect(toy.socket());
  { const auto forgotten = connection->submit("toy.Toy", "Hold", "", soon()); }
  toy.latch().wait_for(1);
  toy.latch().release_all();
  EXPECT_EQ(connection->call("toy.Toy", "Echo", "on", soon()).value(), "on");
}

}  // namespace
}  // namespace chancery::daemon
