// Where the socket lies, whose it is, and what may be in its place.
#include "daemon/server/listen.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "client/connection/connection.h"
#include "daemon/server/identity.h"
#include "tests/support/temporary_directory.h"

namespace chancery::daemon {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class Listen : public ::testing::Test {
 protected:
  bool can_connect() const { return client::Connection::open(path, Deadline::after(60s)).ok(); }
  std::string reason() const { return listen_at(path, 0600).error().reason; }
  // What a daemon that was killed leaves behind.
  void leave_stale_socket() const {
    Listening listening = listen_at(path, 0600).value();
    fs::create_hard_link(path, directory / "kept");
    listening = {};
    fs::rename(directory / "kept", path);
  }

  testing::TemporaryDirectory directory;
  const fs::path path = directory / "chancery.sock";
};

TEST_F(Listen, ASocketHasTheModeItWasGiven) {
  const Listening listening = listen_at(path, 0660).value();
  struct stat found {};
  ASSERT_EQ(::lstat(path.c_str(), &found), 0);
  EXPECT_TRUE(S_ISSOCK(found.st_mode));
  EXPECT_EQ(found.st_mode & 0777, 0660U);
  EXPECT_TRUE(can_connect());
}

TEST_F(Listen, TheFileGoesWithItsOwner) {
  { const Listening listening = listen_at(path, 0600).value(); }
  EXPECT_FALSE(fs::exists(fs::symlink_status(path)));
}

TEST_F(Listen, TheFileOfASuccessorStays) {
  Listening first = listen_at(path, 0600).value();
  fs::remove(path);
  const Listening second = listen_at(path, 0600).value();
  first = {};
  EXPECT_TRUE(can_connect());
}

TEST_F(Listen, ASecondDaemonIsRefused) {
  const Listening first = listen_at(path, 0600).value();
  const Error error = listen_at(path, 0600).error();
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_EQ(error.reason, "SOCKET_IN_USE");
  EXPECT_TRUE(can_connect());
}

TEST_F(Listen, AStaleSocketIsReplaced) {
  leave_stale_socket();
  EXPECT_FALSE(can_connect());
  const Listening listening = listen_at(path, 0600).value();
  EXPECT_TRUE(can_connect());
}

TEST_F(Listen, AFileInTheWayIsNotTouched) {
  testing::write_text(path, "precious");
  EXPECT_EQ(reason(), "SOCKET_PATH_TAKEN");
  EXPECT_EQ(testing::read_text(path), "precious");
}

TEST_F(Listen, ASocketOfAnotherUserIsNotTouched) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to give a socket to another user";
  leave_stale_socket();
  ASSERT_EQ(::lchown(path.c_str(), 65533, 65533), 0);
  EXPECT_EQ(reason(), "SOCKET_PATH_TAKEN");
  EXPECT_TRUE(fs::exists(fs::symlink_status(path)));
}

TEST_F(Listen, ALinkInTheWayIsNotFollowed) {
  leave_stale_socket();
  fs::rename(path, directory / "elsewhere");
  fs::create_symlink(directory / "elsewhere", path);
  EXPECT_EQ(reason(), "SOCKET_PATH_TAKEN");
  EXPECT_TRUE(fs::exists(fs::symlink_status(directory / "elsewhere")));
}

TEST_F(Listen, ADirectoryThatIsALinkIsRefused) {
  fs::create_directory(directory / "real");
  fs::create_directory_symlink(directory / "real", directory / "link");
  EXPECT_EQ(listen_at(directory / "link/chancery.sock", 0600).error().reason,
            "SOCKET_DIRECTORY_UNSAFE");
}

TEST_F(Listen, ADirectoryThatOthersMayWriteIsRefused) {
  fs::permissions(directory.path(), fs::perms::all);
  EXPECT_EQ(reason(), "SOCKET_DIRECTORY_UNSAFE");
}

TEST_F(Listen, ADirectoryThatIsMissingIsNamed) {
  const Error error = listen_at(directory / "none/chancery.sock", 0600).error();
  EXPECT_EQ(error.reason, "SOCKET_FAILED");
  EXPECT_NE(error.message.find("none/chancery.sock is missing"), std::string::npos);
}

TEST_F(Listen, APathMustFitAnAddress) {
  EXPECT_EQ(listen_at(directory / std::string(120, 'x'), 0600).error().reason,
            "SOCKET_PATH_INVALID");
  EXPECT_EQ(listen_at("chancery.sock", 0600).error().reason, "SOCKET_PATH_INVALID");
}

// In a child, as systemd starts a service: descriptor 3 and two variables.
int pass(int descriptor) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "1", 1);
    if (descriptor != 3) ::dup2(descriptor, 3);
    const auto passed = listen_as_passed();
    const bool is_taken = passed.ok() && passed->has_value() && (*passed)->socket.number() == 3 &&
                          ::getenv("LISTEN_FDS") == nullptr;
    ::_exit(is_taken ? 0 : passed.ok() ? 1 : 2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST_F(Listen, ASocketPassedBySystemdIsTaken) {
  const Listening listening = listen_at(path, 0600).value();
  EXPECT_EQ(pass(listening.socket.number()), 0);
}

TEST_F(Listen, WhatIsPassedMustBeAListeningSocket) {
  const wire::Descriptor deaf(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(pass(deaf.number()), 2);
}

TEST_F(Listen, NothingPassedIsNoError) { EXPECT_FALSE(listen_as_passed().value().has_value()); }

TEST(Identity, TheKernelSaysWhoConnected) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const wire::Descriptor ours(ends[0]);
  const wire::Descriptor theirs(ends[1]);
  const Identity identity = identify(ours.number()).value();
  EXPECT_EQ(identity.peer.uid, ::geteuid());
  EXPECT_EQ(identity.peer.gid, ::getegid());
  EXPECT_EQ(identity.peer.pid, ::getpid());
  EXPECT_TRUE(identity.pidfd.is_open());
  EXPECT_EQ(identity.peer.executable, fs::read_symlink("/proc/self/exe"));
  std::vector<gid_t> groups(static_cast<std::size_t>(::getgroups(0, nullptr)));
  ASSERT_GE(::getgroups(static_cast<int>(groups.size()), groups.data()), 0);
  std::erase(groups, ::getegid());
  EXPECT_EQ(identity.peer.groups, std::vector<std::uint32_t>(groups.begin(), groups.end()));
}

TEST(Identity, WhatIsNoUnixSocketIsRefused) {
  EXPECT_EQ(identify(-1).error().reason, "PEER_UNKNOWN");
}

}  // namespace
}  // namespace chancery::daemon
