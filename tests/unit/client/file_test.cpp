#include "client/files/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temporary_directory.h"

namespace chancery::client {
namespace {

using testing::read_text;
using testing::TemporaryDirectory;
using testing::write_text;

std::size_t files_in(const TemporaryDirectory& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory.path()), {}));
}

TEST(File, IsReplacedAndNothingElseIsLeft) {
  const TemporaryDirectory directory;
  write_text(directory / "out", "old");
  ASSERT_TRUE(replace_file(directory / "out", "new").ok());
  EXPECT_EQ(read_text(directory / "out"), "new");
  EXPECT_EQ(files_in(directory), 1U);
}

TEST(File, ANewOneIsReadableByOthersAsTheMaskSays) {
  const TemporaryDirectory directory;
  const mode_t before = ::umask(0027);
  ASSERT_TRUE(replace_file(directory / "out", "x").ok());
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat((directory / "out").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST(File, AMissingDirectoryIsNamedAndNothingIsMade) {
  const TemporaryDirectory directory;
  const auto written = replace_file(directory / "no/such/out", "x");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().reason, "FILE_UNWRITABLE");
  EXPECT_NE(written.error().message.find("no/such/out"), std::string::npos);
  EXPECT_EQ(files_in(directory), 0U);
}

// Somebody else may have put it there.
TEST(File, ALinkOrAPipeIsNeitherFollowedNorReplaced) {
  const TemporaryDirectory directory;
  write_text(directory / "target", "precious");
  std::filesystem::create_symlink("target", directory / "link");
  std::filesystem::create_symlink("nowhere", directory / "dangling");
  ASSERT_EQ(::mkfifo((directory / "pipe").c_str(), 0600), 0);
  for (const char* name : {"link", "dangling", "pipe", "."}) {
    EXPECT_EQ(replace_file(directory / name, "x").error().reason, "FILE_NOT_ORDINARY") << name;
    EXPECT_EQ(check_replaceable(directory / name).error().reason, "FILE_NOT_ORDINARY") << name;
  }
  EXPECT_EQ(read_text(directory / "target"), "precious");
  EXPECT_TRUE(std::filesystem::is_symlink(directory / "link"));
  EXPECT_FALSE(std::filesystem::exists(directory / "nowhere"));
}

TEST(File, AStreamUnderDevIsWrittenTo) {
  int ends[2] = {};
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_TRUE(replace_file("/dev/fd/" + std::to_string(ends[1]), "through").ok());
  char received[16] = {};
  EXPECT_EQ(::read(ends[0], received, sizeof received), 7);
  EXPECT_STREQ(received, "through");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(File, WhatCannotBeMadeIsKnownBefore) {
  const TemporaryDirectory directory;
  EXPECT_TRUE(check_replaceable(directory / "out").ok());
  EXPECT_EQ(check_replaceable(directory / "no/such/out").error().reason, "FILE_UNWRITABLE");
  EXPECT_EQ(files_in(directory), 0U);
}

TEST(File, OneOverTheBoundIsRefusedAndOneAtTheBoundIsRead) {
  const TemporaryDirectory directory;
  write_text(directory / "in", "12345");
  EXPECT_EQ(read_file(directory / "in", "key", 5).value(), "12345");
  const auto refused = read_file(directory / "in", "key", 4);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().reason, "FILE_TOO_LARGE");
}

TEST(File, AMissingOneIsNotFoundAndADirectoryIsNoFile) {
  const TemporaryDirectory directory;
  EXPECT_EQ(read_file(directory / "none", "key", 5).error().reason, "FILE_NOT_FOUND");
  EXPECT_EQ(read_file(directory.path(), "key", 5).error().reason, "FILE_IS_DIRECTORY");
}

}  // namespace
}  // namespace chancery::client
