// A daemon that a user starts without a word, and the command that finds it.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "client/connection/connection.h"
#include "tests/end_to_end/running_daemon.h"
#include "tests/support/patience.h"
#include "tests/support/program_run.h"

namespace chancery::testing {
namespace {

namespace fs = std::filesystem;

class OwnDaemon : public ::testing::Test {
 protected:
  void SetUp() override {
    const ProgramOutcome tried = run(as_user("chancery", {"--version"}, {}));
    if (tried.status != 0) GTEST_SKIP() << "no user namespace can be made here: " << tried.err;
  }
  // By a user who is not root, whoever runs the test.
  ProgramOptions as_user(const std::string& program, std::vector<std::string> words,
                         const fs::path& runtime) const {
    std::vector<std::string> arguments{"--user", "--map-user=1000", "--map-group=1000",
                                       fs::path(CHANCERY_PROGRAMS) / program};
    arguments.insert(arguments.end(), words.begin(), words.end());
    return {.program = "/usr/bin/unshare",
            .arguments = std::move(arguments),
            .working_directory = home_.path(),
            .environment = {{"HOME", home_.path()},
                            {"XDG_STATE_HOME", ""},
                            {"XDG_RUNTIME_DIR", runtime},
                            {"CHANCERY_SOCKET", ""}}};
  }
  void start(const fs::path& runtime, const fs::path& socket) {
    daemon_ = std::make_unique<ProgramRun>(as_user("chanceryd", {}, runtime));
    const Patience patience;
    while (!client::Connection::open(socket, soon()).ok()) ASSERT_FALSE(patience.ended());
  }
  ProgramOutcome status(const fs::path& runtime) const {
    return run(as_user("chancery", {"status"}, runtime));
  }
  static unsigned mode_of(const fs::path& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777U : 0;
  }

  const TemporaryDirectory home_;
  std::unique_ptr<ProgramRun> daemon_;
};

TEST_F(OwnDaemon, MakesItsFolderInTheRuntimeDirectory) {
  const fs::path runtime = home_ / "run";
  fs::create_directory(runtime);
  start(runtime, runtime / "chancery/chancery.sock");
  EXPECT_EQ(mode_of(runtime / "chancery"), 0700U);
  const ProgramOutcome asked = status(runtime);
  EXPECT_EQ(asked.status, 0) << asked.err;
}

TEST_F(OwnDaemon, WithoutARuntimeDirectoryItIsFoundInItsState) {
  start("", home_ / ".local/state/chancery/chancery.sock");
  EXPECT_EQ(status("").status, 0);
  // So does a command that has one, which the daemon had not.
  const ProgramOutcome asked = status(home_ / "run");
  EXPECT_EQ(asked.status, 0) << asked.err;
}

}  // namespace
}  // namespace chancery::testing
