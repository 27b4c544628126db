#include "daemon/config/programs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace chancery::daemon {
namespace {

namespace fs = std::filesystem;

void make_program(const fs::path& path) {
  fs::create_directories(path.parent_path());
  testing::write_text(path, "#!/bin/true\n");
  fs::permissions(path, fs::perms::owner_all);
}

TEST(Programs, KeyHostBesideTheDaemonIsFoundFirst) {
  const testing::TemporaryDirectory directory;
  make_program(directory / "sbin/chancery-keyhost");
  make_program(directory / "libexec/chancery/chancery-keyhost");
  EXPECT_EQ(*find_key_host_program(directory / "sbin/chanceryd"),
            directory / "sbin/chancery-keyhost");
}

TEST(Programs, InstalledKeyHostIsFoundInLibexecOfTheSamePrefix) {
  const testing::TemporaryDirectory directory;
  make_program(directory / "libexec/chancery/chancery-keyhost");
  EXPECT_EQ(*find_key_host_program(directory / "sbin/chanceryd"),
            directory / "libexec/chancery/chancery-keyhost");
}

TEST(Programs, FileThatCannotBeRunIsNoProgram) {
  const testing::TemporaryDirectory directory;
  make_program(directory / "sbin/chancery-keyhost");
  fs::permissions(directory / "sbin/chancery-keyhost", fs::perms::owner_read);
  fs::create_directories(directory / "libexec/chancery/chancery-keyhost");
  const auto found = find_key_host_program(directory / "sbin/chanceryd");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().reason, "KEY_HOST_PROGRAM_MISSING");
  EXPECT_THAT(found.error().message,
              ::testing::HasSubstr((directory / "libexec/chancery/chancery-keyhost").string()));
}

TEST(Programs, OwnProgramIsTheOneThatRuns) {
  EXPECT_EQ(find_own_program()->filename(), "config_test");
}

}  // namespace
}  // namespace chancery::daemon
