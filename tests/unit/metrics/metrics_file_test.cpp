#include <gtest/gtest.h>
#include <sys/stat.h>

#include "daemon/metrics/metrics.h"
#include "tests/support/temporary_directory.h"

namespace chancery::testing {
namespace {

class MetricsFile : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_ / "chancery.prom";
};

TEST_F(MetricsFile, IsReplacedWholeAndReadableByEverybody) {
  ASSERT_TRUE(daemon::write_metrics(path_, "a 1\n").ok());
  ASSERT_TRUE(daemon::write_metrics(path_, "a 2\n").ok());
  EXPECT_EQ(read_text(path_), "a 2\n");
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0644U);
}

TEST_F(MetricsFile, NoLinkThatSomebodyPutThereIsFollowed) {
  write_text(directory_ / "victim", "precious");
  std::filesystem::create_symlink(directory_ / "victim", path_);
  std::filesystem::create_symlink(directory_ / "victim", path_.string() + ".part");
  ASSERT_TRUE(daemon::write_metrics(path_, "a 1\n").ok());
  EXPECT_EQ(read_text(directory_ / "victim"), "precious");
  EXPECT_FALSE(std::filesystem::is_symlink(path_));
}

TEST_F(MetricsFile, AFolderThatIsNotThereIsToldOf) {
  const Result<void> written = daemon::write_metrics(directory_ / "no/file", "a 1\n");
  EXPECT_EQ(written.error().reason, "METRICS_UNWRITABLE");
}

}  // namespace
}  // namespace chancery::testing
