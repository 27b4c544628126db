// A connection serves the process that made it, and nobody else who gets hold of its socket.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

#include "tests/unit/server/raw_client.h"
#include "tests/unit/server/toy_server.h"

namespace chancery::daemon {
namespace {

constexpr pid_t any_pid = 0;

// fork(), with a pid of our choice.
pid_t fork_as(pid_t wanted) {
  if (wanted == any_pid) return ::fork();
  clone_args arguments{};
  arguments.exit_signal = SIGCHLD;
  arguments.set_tid = reinterpret_cast<std::uint64_t>(&wanted);
  arguments.set_tid_size = 1;
  return static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

// A process beside this one: has done `work` when it is made, and does `last` at its end().
class Other {
 public:
  explicit Other(
      const std::function<void()>& work, pid_t wanted = any_pid,
      const std::function<void()>& last = [] {}) {
    int ready[2];
    int hold[2];
    EXPECT_EQ(::pipe2(ready, O_CLOEXEC) | ::pipe2(hold, O_CLOEXEC), 0);
    wire::Descriptor ready_in(ready[0]), ready_out(ready[1]), hold_in(hold[0]);
    hold_ = wire::Descriptor(hold[1]);
    pid_ = fork_as(wanted);
    char byte = 0;
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      hold_.close();
      work();
      (void)!::write(ready_out.number(), &byte, 1);
      (void)!::read(hold_in.number(), &byte, 1);
      last();
      ::_exit(0);
    }
    error_ = errno;
    ready_out.close();
    if (pid_ > 0) is_ready_ = ::read(ready_in.number(), &byte, 1) == 1;
  }
  ~Other() { end(); }
  Other(const Other&) = delete;
  Other& operator=(const Other&) = delete;

  pid_t pid() const { return is_ready_ ? pid_ : -1; }
  int error() const { return error_; }
  void end() {
    hold_.close();
    if (pid_ > 0) ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  }

 private:
  pid_t pid_ = -1;
  int error_ = 0;
  bool is_ready_ = false;
  wire::Descriptor hold_;
};

class Peer : public ::testing::Test {
 protected:
  // For the children: no more than system calls, since other threads of the parent run on.
  void connect() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    server.socket().string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    (void)::connect(client.socket(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  void write(std::string_view bytes) const {
    (void)!::write(client.socket(), bytes.data(), bytes.size());
  }
  // It is at accept that the kernel is asked who has connected.
  void await_accepted() {
    server.wait_until([](Server& its) { return its.counts().connections == 1; });
  }

  ToyServer server;
  RawClient client{wire::Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))};
  const std::string echo = wire::build_request(1, 0, {"toy.Toy", "Echo", "hello", {}}).value();
};

TEST_F(Peer, TheProcessThatConnectedIsServed) {
  const Other other([this] {
    connect();
    write(echo);
  });
  EXPECT_EQ(client.answer_on(1).value(), "hello");
}

TEST_F(Peer, ASocketThatWasPassedOnServesNobodyElse) {
  const Other other([this] { connect(); });
  client.request(1, "Echo", "hello");
  EXPECT_EQ(client.answer_on(1).error().reason, "PEER_CHANGED");
  client.request(3, "Echo", "hello");
  EXPECT_EQ(client.answer_on(3).error().reason, "PEER_CHANGED");
}

TEST_F(Peer, OnceASocketWasPassedOnItIsNobodysAnyMore) {
  Other connector(
      [this] {
        connect();
        write(echo);
      },
      any_pid,
      [this] {
        write(wire::build_request(5, 0, {"toy.Toy", "Echo", "again", {}}).value());
      });
  EXPECT_EQ(client.answer_on(1).value(), "hello");
  client.request(3, "Echo", "hello");
  EXPECT_EQ(client.answer_on(3).error().reason, "PEER_CHANGED");
  connector.end();
  EXPECT_EQ(client.answer_on(5).error().reason, "PEER_CHANGED");
}

TEST_F(Peer, ARequestIsOfWhoeverFinishesIt) {
  const Other other([this] {
    connect();
    write(std::string_view(echo).substr(0, echo.size() - 1));
  });
  client.send(std::string_view(echo).substr(echo.size() - 1));
  EXPECT_EQ(client.answer_on(1).error().reason, "PEER_CHANGED");
}

TEST_F(Peer, AStreamTakesNoMessageOfAnother) {
  const Other other([this] {
    connect();
    write(wire::build_request(1, wire::flags::remote_open, {"toy.Toy", "Join", "", {}}).value());
  });
  client.send_frame({0, 1, wire::FrameType::data, wire::flags::remote_closed}, "foreign");
  EXPECT_EQ(client.answer_on(1).error().reason, "PEER_CHANGED");
}

TEST_F(Peer, AProcessThatConnectedAndEndedIsNotServedByItsHeir) {
  Other other([this] { connect(); });
  await_accepted();
  other.end();
  client.request(1, "Echo", "hello");
  EXPECT_EQ(client.answer_on(1).error().reason, "PEER_CHANGED");
}

TEST_F(Peer, AProcessWithTheSamePidIsAnotherProcess) {
  Other first([this] { connect(); });
  const pid_t pid = first.pid();
  await_accepted();
  first.end();
  const Other second([this] { write(echo); }, pid);
  if (second.pid() < 0 && second.error() == EPERM) {
    GTEST_SKIP() << "needs root, to give out a pid again";
  }
  ASSERT_EQ(second.pid(), pid) << second.error();
  EXPECT_EQ(client.answer_on(1).error().reason, "PEER_GONE");
}

TEST_F(Peer, DescriptorsThatAClientPassesAreDropped) {
  const Other other([this] {
    connect();
    iovec bytes{const_cast<char*>(echo.data()), echo.size()};
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    *CMSG_FIRSTHDR(&message) = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    (void)::sendmsg(client.socket(), &message, 0);
  });
  EXPECT_EQ(client.answer_on(1).value(), "hello");
}

}  // namespace
}  // namespace chancery::daemon
