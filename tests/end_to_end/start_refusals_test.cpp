// What the daemon finds at its start and will not go on with: each with its reason.
#include <sys/stat.h>

#include "tests/end_to_end/running_daemon.h"
#include "tests/support/program_run.h"

namespace chancery::testing {
namespace {

namespace fs = std::filesystem;

class StartRefusal : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(daemon_.sign(sign_request("a", "hello")).ok());
    ASSERT_TRUE(daemon_.sign(sign_request("b", "hello")).ok());
    ASSERT_EQ(daemon_.process().stop(), 0);
  }
  // What the daemon says when it is started again.
  std::string refusal() {
    const std::string before = daemon_.standard_error();
    EXPECT_FALSE(DaemonProcess::start(daemon_.options()).ok());
    return daemon_.standard_error().substr(before.size());
  }
  void expect_refusal(std::string_view reason) {
    const std::string said = refusal();
    EXPECT_NE(said.find(reason), std::string::npos) << said;
  }
  static void flip_a_byte(const fs::path& path, std::size_t offset) {
    std::string bytes = read_text(path);
    ASSERT_GT(bytes.size(), offset);
    bytes[offset] = static_cast<char>(bytes[offset] ^ 1);
    write_text(path, bytes);
  }

  RunningDaemon daemon_;
};

// As a script's variable that is not set.
TEST_F(StartRefusal, AnOptionThatNamesNothing) {
  for (const char* option : {"--config", "--state", "--socket"}) {
    const ProgramOutcome outcome = run({.program = fs::path(CHANCERY_PROGRAMS) / "chanceryd",
                                        .arguments = {"--check-config", option, ""},
                                        .working_directory = daemon_.state()});
    EXPECT_EQ(outcome.status, 2) << option;
    EXPECT_NE(outcome.err.find("is empty"), std::string::npos) << outcome.err;
  }
}

TEST_F(StartRefusal, AnOptionThereIsNone) {
  const ProgramOutcome outcome = run({.program = fs::path(CHANCERY_PROGRAMS) / "chanceryd",
                                      .arguments = {"--sate", "here"},
                                      .working_directory = daemon_.state()});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, "chanceryd: there is no option '--sate'; see `chanceryd --help`\n");
}

TEST_F(StartRefusal, StateThatOthersCanRead) {
  ASSERT_EQ(::chmod(daemon_.state().c_str(), 0755), 0);
  expect_refusal("STATE_DIRECTORY_UNSAFE");
}

TEST_F(StartRefusal, AJournalThatIsNone) {
  for (const std::size_t bytes : {1U, 8192U}) {
    write_text(daemon_.state() / "journal.db", std::string(bytes, 'x'));
    expect_refusal("JOURNAL_DAMAGED");
  }
}

TEST_F(StartRefusal, AJournalThatIsEmptyOrGone) {
  write_text(daemon_.state() / "journal.db", "");
  expect_refusal("the journal none: journal.db was lost, or emptied");
  fs::remove(daemon_.state() / "journal.db");
  expect_refusal("LOG_AHEAD_OF_JOURNAL");
}

TEST_F(StartRefusal, AnOlderJournalThanTheLogsFiles) {
  const fs::path journal = daemon_.state() / "journal.db";
  fs::copy_file(journal, daemon_.state() / "older.db");
  daemon_.start();
  ASSERT_TRUE(daemon_.sign(sign_request("c", "hello")).ok());
  ASSERT_EQ(daemon_.process().stop(), 0);
  fs::rename(daemon_.state() / "older.db", journal);
  expect_refusal("LOG_AHEAD_OF_JOURNAL");
}

TEST_F(StartRefusal, ADamagedTile) {
  flip_a_byte(daemon_.state() / "log/tile/0/000.p/2", 3);
  expect_refusal("LOG_DAMAGED");
}

TEST_F(StartRefusal, ADamagedCheckpoint) {
  flip_a_byte(daemon_.state() / "log/checkpoint", 25);
  expect_refusal("LOG_DAMAGED");
}

TEST_F(StartRefusal, ADamagedKey) {
  write_text(daemon_.state() / "keys/log.pem",
             "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  expect_refusal("log.pem");
}

// No file is named where none is read.
TEST_F(StartRefusal, ALogKeyOfAnotherKind) {
  fs::copy_file(daemon_.state() / "keys/default.pem", daemon_.state() / "keys/log.pem",
                fs::copy_options::overwrite_existing);
  expect_refusal("the embedded default: [log]: key \"log\" is \"ecdsa-p256-sha256\"");
}

TEST_F(StartRefusal, AnotherLogKeyThanTheLogBeganWith) {
  const RunningDaemon other;
  fs::copy_file(other.state() / "keys/log.pem", daemon_.state() / "keys/log.pem",
                fs::copy_options::overwrite_existing);
  expect_refusal("LOG_KEY_CHANGED");
}

TEST_F(StartRefusal, ALostKeyWithoutMakingAnother) {
  const fs::path key = daemon_.state() / "keys/default.pem";
  fs::rename(key, daemon_.state() / "taken-away");
  expect_refusal("KEY_LOST");
  EXPECT_FALSE(fs::exists(key));
  // Put back, it signs as before.
  fs::rename(daemon_.state() / "taken-away", key);
  daemon_.start();
  EXPECT_TRUE(daemon_.sign(sign_request("c", "hello")).ok());
}

TEST_F(StartRefusal, ALostKeyButForWhoWantsANewOne) {
  const fs::path keys = daemon_.state() / "keys";
  const std::string lost = read_text(keys / "default.pem");
  fs::remove(keys / "default.pem");
  DaemonOptions options = daemon_.options();
  options.more_arguments = {"--make-lost-key", "software:default"};
  daemon_.start(options);
  EXPECT_TRUE(daemon_.sign(sign_request("c", "hello")).ok());
  EXPECT_NE(read_text(keys / "default.pem"), lost);
}

TEST_F(StartRefusal, AnotherKeyThanWasInUseButForWhoWantsIt) {
  const fs::path key = daemon_.state() / "keys/default.pem";
  const std::string right = read_text(key);
  {
    const RunningDaemon other;
    fs::copy_file(other.state() / "keys/default.pem", key, fs::copy_options::overwrite_existing);
  }
  const std::string said = refusal();
  EXPECT_NE(said.find("KEY_REPLACED: the key software:default is another one"), std::string::npos)
      << said;
  EXPECT_NE(said.find("--make-lost-key software:default"), std::string::npos) << said;
  const std::string other = read_text(key);
  write_text(key, right);
  daemon_.start();
  ASSERT_TRUE(daemon_.sign(sign_request("c", "hello")).ok());
  ASSERT_EQ(daemon_.process().stop(), 0);

  write_text(key, other);
  DaemonOptions options = daemon_.options();
  options.more_arguments = {"--make-lost-key", "software:default"};
  daemon_.start(options);
  ASSERT_TRUE(daemon_.sign(sign_request("d", "hello")).ok());
  ASSERT_EQ(daemon_.process().stop(), 0);
  // From now on it is the known one.
  daemon_.start();
  ASSERT_EQ(daemon_.process().stop(), 0);
  write_text(key, right);
  expect_refusal("KEY_REPLACED");
}

TEST_F(StartRefusal, ALostLogKeyWhateverIsWanted) {
  fs::remove(daemon_.state() / "keys/log.pem");
  DaemonOptions options = daemon_.options();
  options.more_arguments = {"--make-lost-key", "software:log"};
  EXPECT_FALSE(DaemonProcess::start(options).ok());
  EXPECT_NE(daemon_.standard_error().find("KEY_LOST"), std::string::npos);
  EXPECT_FALSE(fs::exists(daemon_.state() / "keys/log.pem"));
}

TEST_F(StartRefusal, AConfigurationWithEveryMistakeAtOnce) {
  const fs::path config = daemon_.state() / "chancery.toml";
  write_text(config, "[server]\nsocket = 7\nsokcet_mode = 1\n[[profile]]\nname = \"p\"\n");
  DaemonOptions options = daemon_.options();
  options.config = config;
  EXPECT_FALSE(DaemonProcess::start(options).ok());
  const std::string said = daemon_.standard_error();
  for (const char* line : {"chancery.toml:2:", "chancery.toml:3:", "chancery.toml:4:"}) {
    EXPECT_NE(said.find(line), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace chancery::testing
