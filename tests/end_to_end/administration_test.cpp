#include <signal.h>
#include <sys/stat.h>

#include "tests/end_to_end/running_daemon.h"
#include "tests/support/patience.h"

namespace chancery::testing {
namespace {

constexpr std::string_view admin = "chancery.v1.Admin";

v1::StatusReply status(RunningDaemon& daemon) {
  return *daemon.call<v1::StatusReply>(admin, "Status", v1::StatusRequest());
}

TEST(Administration, StatusSaysWhatAPersonWantsToKnow) {
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.sign(sign_request("a", "hello")).ok());
  const v1::StatusReply reply = status(daemon);
  EXPECT_EQ(reply.configuration(), "embedded default");
  EXPECT_EQ(reply.log_size(), 1U);
  EXPECT_EQ(reply.done(), 1U);
  ASSERT_EQ(reply.backends_size(), 1);
  EXPECT_TRUE(reply.backends(0).is_up());
  EXPECT_EQ(reply.unfinished_size(), 0);
}

TEST(Administration, ASecondDaemonOnTheSameStateIsRefused) {
  RunningDaemon daemon;
  DaemonOptions second = daemon.options();
  second.socket += "2";
  EXPECT_FALSE(DaemonProcess::start(second).ok());
  EXPECT_NE(daemon.standard_error().find("STATE_IN_USE"), std::string::npos)
      << daemon.standard_error();
  EXPECT_TRUE(daemon.sign(sign_request("a", "hello")).ok());
}

TEST(Administration, AStateDirectoryMayBeNamedFromHere) {
  RunningDaemon daemon;
  ASSERT_EQ(daemon.process().stop(), 0);
  DaemonOptions options = daemon.options();
  options.state_directory = std::filesystem::relative(options.state_directory);
  ASSERT_TRUE(options.state_directory.is_relative());
  daemon.start(options);
  EXPECT_TRUE(daemon.sign(sign_request("a", "hello")).ok());
}

TEST(Administration, WhoLooksAtTheStatusIsNotCountedInIt) {
  RunningDaemon daemon;
  const v1::StatusReply alone = status(daemon);
  EXPECT_EQ(alone.connections(), 0U);
  EXPECT_EQ(alone.requests_in_flight(), 0U);
  const auto other = client::Connection::open(daemon.socket(), soon());
  ASSERT_TRUE(other.ok());
  const Patience patience;
  while (status(daemon).connections() != 1U) ASSERT_FALSE(patience.ended());
}

TEST(Administration, AKeyHostThatDiesIsStartedAnew) {
  RunningDaemon daemon;
  const std::vector<pid_t> hosts = children_of(daemon.process().pid());
  ASSERT_EQ(hosts.size(), 1U);
  ::kill(hosts[0], SIGKILL);
  // It may have died with the request, or before it: only these two, until the next is up.
  Result<v1::SignReply> reply = daemon.sign(sign_request("first", "hello"));
  for (const Patience patience; !reply.ok() && !patience.ended();) {
    EXPECT_TRUE(reply.error().code == ErrorCode::outcome_unknown ||
                reply.error().code == ErrorCode::unavailable)
        << reply.error().reason;
    reply = daemon.sign(sign_request("first", "hello"));
  }
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(reply->log_index(), 0U);
  EXPECT_EQ(status(daemon).backends(0).starts(), 2U);
}

TEST(Administration, AKeyThatWasLostIsNotMadeAnewBehindTheUsersBack) {
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.sign(sign_request("before", "hello")).ok());
  const std::filesystem::path key = daemon.state() / "keys/default.pem";
  std::filesystem::rename(key, daemon.state() / "taken-away");
  ::kill(children_of(daemon.process().pid()).at(0), SIGKILL);
  Result<v1::SignReply> reply = unavailable("KEY_HOST_DIED", "not asked yet");
  const Patience patience;
  while (reply.error().reason != "KEY_NOT_FOUND" && !patience.ended()) {
    reply = daemon.sign(sign_request("after", "hello"));
    if (reply.ok()) break;  // the old host's last word, or a new key's
  }
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().reason, "KEY_NOT_FOUND");
  EXPECT_FALSE(std::filesystem::exists(key));
}

TEST(Administration, AStoppedKeyHostHarmsNoReader) {
  RunningDaemon daemon;
  const pid_t host = key_hosts_of(daemon.process().pid()).at(0);
  stop_threads_of(host);
  auto pending = daemon.connection().submit(
      signer, "Sign", sign_request("hangs", "hello").SerializeAsString(), soon());
  EXPECT_EQ(status(daemon).log_size(), 0U);  // others are answered meanwhile
  ::kill(host, SIGCONT);
  EXPECT_TRUE(pending.wait().ok());
}

TEST(Administration, ABackUpThatFailedLeavesNothingInTheWayOfTheNext) {
  RunningDaemon daemon;
  const std::filesystem::path uncopyable = daemon.state() / "log/uncopyable";
  ASSERT_EQ(::mkfifo(uncopyable.c_str(), 0600), 0);
  v1::BackUpRequest request;
  request.set_name("monday");
  EXPECT_EQ(daemon.call<v1::BackUpReply>(admin, "BackUp", request).error().reason, "BACKUP_FAILED");
  EXPECT_TRUE(std::filesystem::is_empty(daemon.state() / "backups"));
  std::filesystem::remove(uncopyable);
  const auto reply = daemon.call<v1::BackUpReply>(admin, "BackUp", request);
  EXPECT_TRUE(reply.ok()) << reply.error().message;
}

TEST(Administration, BackUpHoldsJournalLogAndPayloads) {
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.sign(sign_request("a", "hello")).ok());
  v1::BackUpRequest request;
  request.set_name("monday");
  const auto reply = daemon.call<v1::BackUpReply>(admin, "BackUp", request);
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(reply->log_size(), 1U);
  const std::filesystem::path made(reply->directory());
  EXPECT_TRUE(std::filesystem::exists(made / "journal.db"));
  EXPECT_TRUE(std::filesystem::exists(made / "log/checkpoint"));
  EXPECT_EQ(daemon.call<v1::BackUpReply>(admin, "BackUp", request).error().reason, "BACKUP_EXISTS");
  for (const char* name : {"", "../x", ".hidden", "a/b"}) {
    request.set_name(name);
    EXPECT_EQ(daemon.call<v1::BackUpReply>(admin, "BackUp", request).error().reason,
              "BACKUP_NAME_INVALID")
        << name;
  }
}

TEST(Administration, AHandedOverLogTakesNothingMore) {
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.sign(sign_request("a", "hello")).ok());
  const auto reply =
      daemon.call<v1::HandOverLogReply>(admin, "HandOverLog", v1::HandOverLogRequest());
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(reply->log_size(), 1U);
  EXPECT_EQ(daemon.sign(sign_request("b", "hello")).error().reason, "LOG_HANDED_OVER");
  EXPECT_TRUE(status(daemon).log_handed_over());
}

TEST(Administration, StopsInOrderOnSigterm) {
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.sign(sign_request("a", "hello")).ok());
  EXPECT_EQ(daemon.process().stop(), 0) << daemon.standard_error();
  EXPECT_FALSE(std::filesystem::exists(daemon.socket()));
}

}  // namespace
}  // namespace chancery::testing
