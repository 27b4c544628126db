// Files that somebody else may have written are not read.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temporary_directory.h"
#include "tests/unit/config/sample_config.h"

namespace chancery::daemon {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* small_toml =
    "[log]\norigin = \"a.example\"\nbackend = \"b\"\nkey = \"k\"\n"
    "[[backend]]\nname = \"b\"\ntype = \"software\"\ndirectory = \"/k\"\n";

class ConfigFile : public ::testing::Test {
 protected:
  ConfigFile() {
    fs::permissions(directory_.path(), fs::perms::owner_all);
    testing::write_text(path_, small_toml);
    chmod(path_.c_str(), 0644);
  }
  Result<Config> load() const { return load_config(path_, sample_types); }
  // "REASON: message", or nothing where it loads.
  std::string refusal() const {
    const Result<Config> config = load();
    return config.ok() ? "" : config.error().reason + ": " + config.error().message;
  }

  testing::TemporaryDirectory directory_;
  fs::path path_ = directory_ / "chancery.toml";
};

TEST_F(ConfigFile, OfOurOwnIsRead) {
  ASSERT_EQ(refusal(), "");
  EXPECT_EQ(load()->source, path_);
}

TEST_F(ConfigFile, MistakesAreListedWithFileAndLine) {
  testing::write_text(path_, "[server]\nsocket = 1\n[log]\n");
  const Result<Config> config = load();
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().code, ErrorCode::invalid_request);
  EXPECT_EQ(config.error().reason, "CONFIG_INVALID");
  EXPECT_THAT(config.error().message,
              HasSubstr(path_.string() + ":2: [server]: socket is a whole number"));
  EXPECT_THAT(config.error().message, HasSubstr("\n" + path_.string() + ":3: [log]: origin is"));
}

TEST_F(ConfigFile, ThatIsNotThereIsSaidSo) {
  fs::remove(path_);
  EXPECT_EQ(refusal(), "CONFIG_NOT_FOUND: " + path_.string() + ": not there");
}

TEST_F(ConfigFile, SymbolicLinkIsRefused) {
  fs::rename(path_, directory_ / "real.toml");
  fs::create_symlink(directory_ / "real.toml", path_);
  EXPECT_THAT(refusal(), HasSubstr("CONFIG_UNSAFE: " + path_.string() + ": a symbolic link"));
}

TEST_F(ConfigFile, WritableByItsGroupOrByAllIsRefused) {
  for (const mode_t mode : {0664U, 0646U}) {
    chmod(path_.c_str(), mode);
    EXPECT_THAT(refusal(), HasSubstr("CONFIG_UNSAFE: " + path_.string() + ": others than its"));
  }
}

TEST_F(ConfigFile, FolderThatOthersCanWriteIsRefused) {
  chmod(directory_.path().c_str(), 0777);
  EXPECT_THAT(refusal(), HasSubstr("CONFIG_UNSAFE: " + directory_.path().string() + ": others"));
}

TEST_F(ConfigFile, FolderFurtherUpThatOthersCanWriteIsRefused) {
  fs::create_directory(directory_ / "inner");
  fs::rename(path_, directory_ / "inner/chancery.toml");
  path_ = directory_ / "inner/chancery.toml";
  chmod(directory_.path().c_str(), 0777);
  EXPECT_THAT(refusal(), HasSubstr("CONFIG_UNSAFE: " + directory_.path().string() + ": others"));
}

TEST_F(ConfigFile, OfAnotherUserIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root: only root gives a file to somebody else";
  ASSERT_EQ(chown(path_.c_str(), 12345, 0), 0);
  EXPECT_THAT(refusal(), HasSubstr("owned by user id 12345"));
}

TEST_F(ConfigFile, FolderIsNoConfiguration) {
  fs::remove(path_);
  fs::create_directory(path_);
  EXPECT_EQ(refusal(), "CONFIG_UNSAFE: " + path_.string() + ": not a regular file");
}

TEST_F(ConfigFile, PipeIsRefusedAndNotWaitedFor) {
  fs::remove(path_);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(refusal(), "CONFIG_UNSAFE: " + path_.string() + ": not a regular file");
}

TEST_F(ConfigFile, TooLargeFileIsRefused) {
  fs::resize_file(path_, limits::configuration_bytes_max + 1);
  EXPECT_EQ(refusal(), "CONFIG_INVALID: " + path_.string() + ": larger than 1048576 bytes");
}

TEST_F(ConfigFile, UsersAndGroupsAreThisHosts) {
  std::string toml = small_toml;
  toml += "[[rule]]\nname = \"r\"\nusers = [\"root\"]\ngroups = [\"root\"]\nadmin = true\n";
  testing::write_text(path_, toml);
  ASSERT_EQ(refusal(), "");
  EXPECT_EQ(load()->rules.rules[0].uids, std::vector<std::uint32_t>{0});
  EXPECT_EQ(load()->rules.rules[0].gids, std::vector<std::uint32_t>{0});
  toml.replace(toml.find("root"), 4, "nobody-of-that-name");
  testing::write_text(path_, toml);
  EXPECT_THAT(refusal(), HasSubstr("this host has no such user"));
}

}  // namespace
}  // namespace chancery::daemon
