// The audit's copy in the system's journal: a real journald, at the usual place in a mount
// namespace of the test's own.
#include <gmock/gmock.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>

#include "core/base/json.h"
#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/patience.h"
#include "tests/support/program_run.h"

namespace chancery::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* journald_program = "/lib/systemd/systemd-journald";
constexpr const char* journalctl_program = "/usr/bin/journalctl";

class Journald : public ::testing::Test {
 protected:
  // gtest runs its tests one after another: the first one's namespace serves all.
  static void SetUpTestSuite() {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("chancery-test", "/run", "tmpfs", 0, "mode=755") != 0) {
      lacking_ = "mounting a /run of its own needs root";
      return;
    }
    for (const char* program : {journald_program, journalctl_program}) {
      if (!std::filesystem::exists(program)) lacking_ = std::string(program) + " is not here";
    }
    // Without the name of a machine it stores nothing. In a container it may be there, and empty.
    write_text("/run/machine-id", "0123456789abcdef0123456789abcdef\n");
    if (::mount("/run/machine-id", "/etc/machine-id", nullptr, MS_BIND, nullptr) != 0) {
      lacking_ = "/etc/machine-id is not here: systemd-machine-id-setup makes it";
    }
  }

  void SetUp() override {
    if (!lacking_.empty()) GTEST_SKIP() << lacking_;
    std::filesystem::create_directories("/run/systemd/journald.conf.d");
    // Nothing of this host's: neither its kernel's messages nor its kernel's audit.
    write_text("/run/systemd/journald.conf.d/test.conf",
               "[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=\n");
    std::filesystem::remove_all("/run/log/journal");  // of the test before
    ASSERT_NO_FATAL_FAILURE(start_journald());
    daemon_.emplace(we_may());
  }
  // Returns once it listens.
  void start_journald() {
    journald_.reset();
    std::filesystem::remove(socket_);
    journald_ = std::make_unique<ProgramRun>(
        ProgramOptions{.program = journald_program, .arguments = {}, .working_directory = "/"});
    const Patience patience;
    while (!std::filesystem::exists(socket_) && !patience.ended()) {
    }
    ASSERT_TRUE(std::filesystem::exists(socket_)) << said_at_its_end();
  }
  std::string said_at_its_end() {
    ::kill(journald_->pid(), SIGKILL);
    return "systemd-journald does not listen: " + journald_->wait().err;
  }
  // The newest entry that has this field, once there are so many.
  static Json entry_with(const std::string& field, std::size_t count = 1) {
    const Patience patience;
    while (!patience.ended()) {
      std::istringstream lines(
          run({.program = journalctl_program,
               .arguments = {"--directory=/run/log/journal", "--quiet", "--output=json", field},
               .working_directory = "/"})
              .out);
      std::vector<std::string> found;
      for (std::string line; std::getline(lines, line);) found.push_back(line);
      if (found.size() >= count) return parse_json(found.back(), "entry").value();
    }
    ADD_FAILURE() << "journald has not " << count << " entries with " << field;
    return Json::object();
  }
  Result<v1::SignReply> sign(std::string_view name, std::string_view profile = "default") {
    v1::SignRequest request = sign_request(name, name);
    request.set_profile(std::string(profile));
    return daemon_->call<v1::SignReply>(signer, "Sign", request);
  }

  static inline std::string lacking_;  // why it cannot run here
  const std::filesystem::path socket_ = "/run/systemd/journal/socket";
  std::unique_ptr<ProgramRun> journald_;
  std::optional<ConfiguredDaemon> daemon_;
};

TEST_F(Journald, StoresEachRecordWithAFieldForEachMember) {
  const auto reply = sign("one");
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  const Json allowed = entry_with("CHANCERY_EVENT=allowed");
  EXPECT_EQ(allowed["CHANCERY_UID"], std::to_string(::getuid()));
  EXPECT_EQ(allowed["CHANCERY_RULE"], "we");
  EXPECT_EQ(allowed["CHANCERY_RECEIPT"], reply->receipt());
  EXPECT_EQ(allowed["SYSLOG_IDENTIFIER"], "chanceryd");
  EXPECT_EQ(allowed["PRIORITY"], "6");
  // Its own word on who wrote that.
  EXPECT_EQ(allowed["_PID"], std::to_string(daemon_->process().pid()));
  EXPECT_EQ(entry_with("CHANCERY_EVENT=done")["CHANCERY_RECEIPT"], reply->receipt());
}

TEST_F(Journald, StoresRefusalsAndSignedHeads) {
  EXPECT_FALSE(sign("two", "nobody-has-this").ok());
  const Json refused = entry_with("CHANCERY_EVENT=refused");
  EXPECT_EQ(refused["PRIORITY"], "5");
  EXPECT_EQ(refused["CHANCERY_REASON"], "PROFILE_UNKNOWN");
  daemon_->process().stop();  // signs a head
  EXPECT_THAT(entry_with("CHANCERY_EVENT=head")["CHANCERY_HEAD"], HasSubstr("log.test/audit"));
}

TEST_F(Journald, ACopyGoesToItAgainAfterItWasAway) {
  ASSERT_TRUE(sign("before").ok());
  entry_with("CHANCERY_EVENT=done");
  start_journald();
  ASSERT_TRUE(sign("after").ok());
  EXPECT_EQ(entry_with("CHANCERY_EVENT=allowed", 2)["CHANCERY_RULE"], "we");
}

}  // namespace
}  // namespace chancery::testing
