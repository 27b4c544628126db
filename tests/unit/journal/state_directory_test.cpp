#include "daemon/journal/state_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temporary_directory.h"

namespace chancery::daemon {
namespace {

using testing::TemporaryDirectory;

class StateDirectoryTest : public ::testing::Test {
 protected:
  std::string refusal_of(const std::filesystem::path& path) {
    const auto opened = StateDirectory::open(path);
    if (opened.ok()) return "opened";
    message_ = opened.error().message;
    return opened.error().reason;
  }
  TemporaryDirectory directory_;
  std::string message_;
};

TEST_F(StateDirectoryTest, IsMadeForUsAlone) {
  const auto path = directory_ / "a" / "b" / "state";
  const auto opened = StateDirectory::open(path);
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all);
}

TEST_F(StateDirectoryTest, SecondDaemonIsRefusedUntilTheFirstEnds) {
  const auto path = directory_ / "state";
  {
    const auto first = StateDirectory::open(path);
    ASSERT_TRUE(first.ok());
    const auto second = StateDirectory::open(path);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().reason, "STATE_IN_USE");
    EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  }
  EXPECT_EQ(refusal_of(path), "opened");
}

TEST_F(StateDirectoryTest, OpenToOthersIsRefused) {
  const auto path = directory_ / "state";
  ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
  for (const mode_t mode : {0750U, 0701U, 0777U}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    EXPECT_EQ(refusal_of(path), "STATE_DIRECTORY_UNSAFE");
    EXPECT_NE(message_.find("open to others"), std::string::npos) << message_;
  }
}

TEST_F(StateDirectoryTest, LinkIsRefused) {
  std::filesystem::create_directory(directory_ / "real");
  std::filesystem::create_symlink(directory_ / "real", directory_ / "state");
  EXPECT_EQ(refusal_of(directory_ / "state"), "STATE_DIRECTORY_UNSAFE");
  EXPECT_NE(message_.find("link"), std::string::npos) << message_;
  EXPECT_EQ(refusal_of((directory_ / "state").string() + "/"), "STATE_DIRECTORY_UNSAFE");
}

TEST_F(StateDirectoryTest, FileIsRefused) {
  testing::write_text(directory_ / "state", "");
  EXPECT_EQ(refusal_of(directory_ / "state"), "STATE_DIRECTORY_UNSAFE");
}

TEST_F(StateDirectoryTest, DirectoryOfAnotherUserIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to give a directory to another user";
  const auto path = directory_ / "state";
  ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
  ASSERT_EQ(chown(path.c_str(), 12345, 12345), 0);
  EXPECT_EQ(refusal_of(path), "STATE_DIRECTORY_UNSAFE");
  EXPECT_NE(message_.find("belongs to uid 12345"), std::string::npos) << message_;
}

}  // namespace
}  // namespace chancery::daemon
