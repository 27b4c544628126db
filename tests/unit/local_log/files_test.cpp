#include "daemon/local_log/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "daemon/local_log/durable_files.h"
#include "tests/support/temporary_directory.h"

namespace chancery::daemon {
namespace {

using chancery::testing::TemporaryDirectory;

class LogDirectory : public ::testing::Test {
 protected:
  Bytes content(const std::string& path) { return files_->read(path, 1 << 20).value(); }
  unsigned mode(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(stat((directory_ / path).c_str(), &status), 0) << path;
    return status.st_mode & 07777;
  }

  TemporaryDirectory temporary_;
  std::filesystem::path directory_ = temporary_ / "log";
  std::unique_ptr<Files> files_ = Files::open(directory_).value();
};

TEST_F(LogDirectory, ReadsWhatWasWrittenWithModesThatAWebServerCanRead) {
  const mode_t before = umask(0077);
  ASSERT_TRUE(*files_->make_directory("tile"));
  ASSERT_TRUE(files_->write("tile/x", Bytes{1, 2, 3}).ok());
  ASSERT_TRUE(files_->sync("tile/x").ok());
  ASSERT_TRUE(files_->sync("tile").ok());
  ASSERT_TRUE(files_->sync("").ok());
  umask(before);
  EXPECT_EQ(content("tile/x"), (Bytes{1, 2, 3}));
  EXPECT_EQ(mode("tile/x"), 0644U);
  EXPECT_EQ(mode("tile"), 0755U);
  EXPECT_FALSE(*files_->make_directory("tile"));
  ASSERT_TRUE(files_->write("tile/x", Bytes{4}).ok());
  EXPECT_EQ(content("tile/x"), Bytes{4});
}

TEST_F(LogDirectory, EachFailureHasItsReason) {
  EXPECT_EQ(files_->read("none", 10).error().reason, "FILE_NOT_FOUND");
  ASSERT_TRUE(files_->write("large", Bytes(11)).ok());
  EXPECT_EQ(files_->read("large", 10).error().reason, "FILE_TOO_LARGE");
  EXPECT_EQ(files_->read("large/x", 10).error().reason, "FILE_NOT_FOUND");
  EXPECT_EQ(files_->write("none/x", Bytes{}).error().reason, "FILE_WRITE_FAILED");
  EXPECT_EQ(files_->rename("none", "x").error().reason, "FILE_WRITE_FAILED");
  EXPECT_EQ(files_->make_directory("none/x").error().reason, "FILE_WRITE_FAILED");
  EXPECT_EQ(files_->sync("none").error().reason, "FILE_SYNC_FAILED");
  EXPECT_TRUE(files_->remove_directory("none").ok());
  EXPECT_EQ(Files::open(temporary_ / "a/b").error().reason, "FILE_WRITE_FAILED");
}

TEST_F(LogDirectory, MovedOrReplacedItIsNotInItsPlace) {
  EXPECT_TRUE(files_->check_place().ok());
  std::filesystem::rename(directory_, temporary_ / "moved");
  EXPECT_EQ(files_->check_place().error().reason, "FILE_DIRECTORY_MOVED");
  std::filesystem::create_directory(directory_);
  EXPECT_EQ(files_->check_place().error().reason, "FILE_DIRECTORY_MOVED");
}

TEST_F(LogDirectory, ALockIsHeldUntilItIsDestroyed) {
  Result<std::unique_ptr<FileLock>> first = files_->lock("x.lock");
  ASSERT_TRUE(first.ok());
  const auto second = Files::open(directory_).value();
  EXPECT_EQ(second->lock("x.lock").error().reason, "LOG_LOCKED");
  first->reset();
  EXPECT_TRUE(second->lock("x.lock").ok());
}

TEST_F(LogDirectory, DurableFilesMakeTheirDirectoriesAndLeaveNoTemporaryNames) {
  DurableFiles durable(*files_);
  ASSERT_TRUE(
      durable.prepare({{"checkpoint", {1}}, {"tile/0/000.p/5", {2}}, {"tile/0/001", {3}}}).ok());
  EXPECT_FALSE(std::filesystem::exists(directory_ / "checkpoint")) << "only prepared";
  ASSERT_TRUE(durable.reveal({"tile/0/000.p/5", "tile/0/001", "checkpoint"}).ok());
  ASSERT_TRUE(durable.put({"checkpoint", {4}}).ok());
  EXPECT_EQ(content("checkpoint"), Bytes{4});
  EXPECT_EQ(content("tile/0/000.p/5"), Bytes{2});
  EXPECT_EQ(content("tile/0/001"), Bytes{3});
  ASSERT_TRUE(durable.remove_directory("tile/0/000.p").ok());
  EXPECT_FALSE(std::filesystem::exists(directory_ / "tile/0/000.p"));
  ASSERT_TRUE(durable.put({"tile/0/000.p/6", {5}}).ok());
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory_)) {
    EXPECT_NE(file.path().extension(), ".new") << file.path();
  }
}

}  // namespace
}  // namespace chancery::daemon
