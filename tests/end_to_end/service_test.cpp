// The daemon as systemd runs it: a socket that is passed, words to the manager, signals.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>

#include "core/base/limits/key_hosts.h"
#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/daemon/notify_socket.h"
#include "tests/support/patience.h"
#include "tests/support/program_run.h"

namespace chancery::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::string sign_over(client::Connection& connection, std::string_view key) {
  const auto answer =
      connection.call(signer, "Sign", sign_request(key, "hello").SerializeAsString(), soon());
  return answer.ok() ? "signed" : answer.error().reason;
}

TEST(Service, AnswersOnASocketThatIsPassed) {
  const TemporaryDirectory directory;
  NotifySocket manager;
  const fs::path socket = directory / "passed", own = directory / "own";
  ProgramRun daemon({.program = "/usr/bin/systemd-socket-activate",
                     .arguments = {"--listen=" + socket.string(),
                                   "--setenv=NOTIFY_SOCKET=" + manager.path().string(),
                                   fs::path(CHANCERY_PROGRAMS) / "chanceryd", "--state",
                                   directory / "state", "--socket", own},
                     .working_directory = directory.path()});
  // The first caller starts the daemon, and is answered by it. The socket's file is there before
  // anybody listens.
  auto connection = client::Connection::open(socket, soon());
  for (const Patience patience; !connection.ok() && !patience.ended();) {
    connection = client::Connection::open(socket, soon());
  }
  ASSERT_TRUE(connection.ok()) << connection.error().message;
  EXPECT_EQ(sign_over(**connection, "first"), "signed");
  EXPECT_TRUE(manager.hears("READY=1"));
  EXPECT_FALSE(fs::exists(own));
  ::kill(daemon.pid(), SIGTERM);
  EXPECT_TRUE(manager.hears("STOPPING=1"));
  EXPECT_EQ(daemon.wait().status, 0);
  EXPECT_TRUE(fs::exists(socket)) << "it is the manager's to remove";
}

// They are a fifth of its memory (docs/decisions/libcurl-when-it-is-needed.md).
TEST(Service, LoadsNothingForServicesElsewhereWhereThereAreNone) {
  RunningDaemon daemon;
  const std::string maps = read_text(fmt::format("/proc/{}/maps", daemon.process().pid()));
  EXPECT_THAT(maps, HasSubstr("libcrypto"));
  for (const std::string library : {"libcurl", "libssl", "libgnutls", "libkrb5"})
    EXPECT_THAT(maps, Not(HasSubstr(library)));
}

// A daemon that tells `manager_` what it does.
class ToldService : public ::testing::Test {
 protected:
  void start(std::vector<std::pair<std::string, std::string>> more = {}) {
    ASSERT_EQ(daemon_.process().stop(), 0);
    DaemonOptions options = daemon_.options();
    options.environment = std::move(more);
    options.environment.emplace_back("NOTIFY_SOCKET", manager_.path());
    daemon_.start(options);
    ASSERT_TRUE(manager_.hears("READY=1"));
  }
  // Until a request is in the journal and its key host has not answered.
  client::PendingCall submit_to_a_stopped_key_host(std::string_view key) {
    stop_threads_of(key_host());
    auto pending = daemon_.connection().submit(
        signer, "Sign", sign_request(key, "hello").SerializeAsString(), soon());
    const Patience patience;
    while (status().accepted() == 0 && !patience.ended()) {
    }
    return pending;
  }
  v1::StatusReply status() {
    return *daemon_.call<v1::StatusReply>("chancery.v1.Admin", "Status", v1::StatusRequest());
  }
  pid_t key_host() {
    const std::vector<pid_t> hosts = key_hosts_of(daemon_.process().pid());
    EXPECT_EQ(hosts.size(), 1U);
    return hosts.at(0);
  }

  NotifySocket manager_;
  RunningDaemon daemon_;
};

TEST_F(ToldService, FeedsTheWatchdog) {
  start({{"WATCHDOG_USEC", "300000"}});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(manager_.hears("WATCHDOG=1"));
}

TEST_F(ToldService, SaysWhenItReloads) {
  start();
  ::kill(daemon_.process().pid(), SIGHUP);
  EXPECT_TRUE(manager_.hears("RELOADING=1"));
  EXPECT_TRUE(manager_.hears("READY=1"));
  EXPECT_EQ(sign_over(daemon_.connection(), "after"), "signed");
}

TEST_F(ToldService, FinishesWhatItHasAcceptedAndTakesNothingNew) {
  start();
  auto pending = std::make_optional(submit_to_a_stopped_key_host("accepted"));
  const pid_t host = key_host();
  ::kill(daemon_.process().pid(), SIGTERM);
  EXPECT_TRUE(manager_.hears("STOPPING=1"));
  const Patience patience;
  while (client::Connection::open(daemon_.socket(), soon()).ok()) ASSERT_FALSE(patience.ended());
  EXPECT_EQ(sign_over(daemon_.connection(), "too late"), "SHUTTING_DOWN");
  ::kill(host, SIGCONT);
  const Result<std::string> answer = pending->wait();
  pending.reset();
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(daemon_.process().wait(), 0);
  daemon_.start();
  const auto again = daemon_.sign(sign_request("accepted", "hello"));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->SerializeAsString(), *answer);
}

TEST_F(ToldService, EndsThoughTheAuditsLastHeadIsNotSigned) {
  start();
  EXPECT_EQ(sign_over(daemon_.connection(), "before"), "signed");
  const pid_t host = key_host();
  stop_threads_of(host);
  const auto told = Deadline::Clock::now();
  ::kill(daemon_.process().pid(), SIGTERM);
  EXPECT_EQ(daemon_.process().wait(), 0);
  EXPECT_LT(Deadline::Clock::now() - told, limits::key_host_answer_max);
  ::kill(host, SIGKILL);
  EXPECT_NE(daemon_.standard_error().find("a device that does not answer"), std::string::npos);
  daemon_.start();
  EXPECT_EQ(sign_over(daemon_.connection(), "before"), "signed");
}

// Whoever may connect can open a stream and say nothing: no stop waits for that.
TEST_F(ToldService, EndsThoughAStatementHasNotArrived) {
  start();
  std::optional<client::Upload> upload =
      daemon_.connection().upload(signer, "SignStatementStream", soon());
  // The daemon has it once it answers what came after it.
  EXPECT_EQ(sign_over(daemon_.connection(), "after"), "signed");
  ::kill(daemon_.process().pid(), SIGTERM);
  EXPECT_TRUE(manager_.hears("STOPPING=1"));  // or its end might come first
  const Result<std::string> answer = upload->finish();
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_EQ(answer.error().reason, "SHUTTING_DOWN");
  upload.reset();
  EXPECT_EQ(daemon_.process().wait(), 0);
  EXPECT_THAT(daemon_.standard_error(), Not(HasSubstr("unfinished")));
}

// Its key host hangs: the end waits for it no longer than a request would have.
TEST_F(ToldService, EndsThoughItsKeyHostHangs) {
  start();
  auto pending = std::make_optional(submit_to_a_stopped_key_host("hangs"));
  ::kill(daemon_.process().pid(), SIGTERM);
  const Result<std::string> answer = pending->wait();
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::outcome_unknown);
  pending.reset();
  EXPECT_EQ(daemon_.process().wait(), 0);
  daemon_.start();
  const auto again = daemon_.sign(sign_request("hangs", "hello"));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->log_index(), 0U);
}

}  // namespace
}  // namespace chancery::testing
