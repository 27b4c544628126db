// The whole daemon with a TPM behind tpm2-abrmd, which it reaches through the system bus: one of
// the test's own, at the usual place in a mount namespace.
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>

#include "tests/end_to_end/configured_daemon.h"
#include "tests/support/devices/swtpm.h"
#include "tests/support/patience.h"
#include "tests/support/program_run.h"

namespace chancery::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view bus_configuration = R"(<busconfig>
  <type>custom</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
  </policy>
</busconfig>
)";

class BrokeredTpm : public ::testing::Test {
 protected:
  // gtest runs its tests one after another: the first one's namespace serves all.
  static void SetUpTestSuite() {
    can_mount_ = unshare(CLONE_NEWNS) == 0 &&
                 mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                 mount("chancery-test", "/run", "tmpfs", 0, "mode=755") == 0;
  }

  void SetUp() override {
    if (!can_mount_) GTEST_SKIP() << "mounting a /run of its own needs root";
    std::filesystem::create_directory(tpm_.directory() / "keys");
    std::filesystem::create_directories("/run/dbus");
    write_text(tpm_.directory() / "bus.conf", bus_configuration);
    start_bus();
    start_broker();
  }
  void TearDown() override {
    broker_.reset();
    bus_.reset();
  }

  void start_bus() {
    std::filesystem::remove("/run/dbus/system_bus_socket");
    bus_ = std::make_unique<ProgramRun>(
        ProgramOptions{.program = "/usr/bin/dbus-daemon",
                       .arguments = {"--config-file=bus.conf", "--nofork", "--nopidfile"},
                       .working_directory = tpm_.directory().path()});
  }
  // Returns once it answers.
  void start_broker() {
    const Patience patience;
    while (!std::filesystem::exists("/run/dbus/system_bus_socket") && !patience.ended()) {
    }
    do {
      // It ends where its bus does not listen yet, and may go on without having its name there.
      const Patience try_again(Deadline::after(std::chrono::seconds(5)));
      broker_ = std::make_unique<ProgramRun>(
          ProgramOptions{.program = "/usr/sbin/tpm2-abrmd",
                         .arguments = {"--allow-root", "--tcti=" + tpm_.tcti()},
                         .working_directory = tpm_.directory().path()});
      while (is_running(broker_->pid()) && !try_again.ended()) {
        if (answers()) return;
      }
    } while (!patience.ended());
    FAIL() << "tpm2-abrmd does not answer";
  }
  static bool is_running(pid_t pid) {
    const std::string stat = read_text("/proc/" + std::to_string(pid) + "/stat");
    return !stat.empty() && stat.find(") Z") == std::string::npos;
  }
  bool answers() const {
    return run({.program = "/usr/bin/tpm2_getrandom",
                .arguments = {"--hex", "1"},
                .working_directory = tpm_.directory().path(),
                .environment = {{"TPM2TOOLS_TCTI", "tabrmd:bus_type=system"}}})
               .status == 0;
  }

  std::string config() const {
    return we_may() +
           "[[backend]]\nname = \"tpm\"\ntype = \"tpm\"\ntcti = \"tabrmd\"\ndirectory = \"" +
           (tpm_.directory() / "keys").string() +
           "\"\nmake_missing = [\"key=ecdsa-p256-sha256\"]\n"
           "[[profile]]\nname = \"hardware\"\nbackend = \"tpm\"\nkey = \"key\"\n"
           "signs = \"digests\"\n";
  }
  static Result<v1::SignReply> sign(ConfiguredDaemon& daemon, std::string_view name) {
    v1::SignRequest request = sign_request(name, name);
    request.set_profile("hardware");
    return daemon.call<v1::SignReply>(signer, "Sign", request);
  }

  static inline bool can_mount_ = false;
  Swtpm tpm_;
  std::unique_ptr<ProgramRun> bus_;
  std::unique_ptr<ProgramRun> broker_;
};

TEST_F(BrokeredTpm, SignsBesideOthersAndThroughAResetOfTheTpm) {
  ConfiguredDaemon daemon(config());
  const auto before = sign(daemon, "before");
  ASSERT_TRUE(before.ok()) << before.error().message << daemon.standard_error();
  EXPECT_TRUE(answers());
  EXPECT_TRUE(sign(daemon, "beside-others").ok());
  tpm_.reset();
  const auto after = sign(daemon, "after-a-reset");
  EXPECT_TRUE(after.ok()) << after.error().message;
}

TEST_F(BrokeredTpm, BrokerThatIsGoneIsSaidAndComesBackWithoutARestart) {
  ConfiguredDaemon daemon(config());
  ASSERT_TRUE(sign(daemon, "before").ok());
  broker_.reset();
  const auto refused = sign(daemon, "while-it-is-gone");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable) << refused.error().message;
  EXPECT_THAT(refused.error().message, HasSubstr("TPM"));
  start_broker();
  const auto after = sign(daemon, "after-it-came-back");
  EXPECT_TRUE(after.ok()) << after.error().message;
}

}  // namespace
}  // namespace chancery::testing
