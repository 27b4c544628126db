#include "client/terminal/progress.h"

#include <gtest/gtest.h>

#include "core/base/limits/command.h"

namespace chancery::client {
namespace {

using std::chrono::milliseconds;

constexpr Progress::Clock::time_point start{};

TEST(Progress, ShortWorkShowsNothing) {
  std::string drawn;
  {
    Progress progress(drawn, start);
    progress.show_bytes("a", 1, 2, start + limits::progress_silence - milliseconds(1));
  }
  EXPECT_EQ(drawn, "");
}

TEST(Progress, LongWorkSaysHowFarItIsAndCleansUpBehindItself) {
  std::string drawn;
  {
    Progress progress(drawn, start);
    progress.show_bytes("disk.img", 3 << 20, 4 << 20, start + limits::progress_silence);
    EXPECT_EQ(drawn, "\r\x1b[KHashing disk.img  75 %  3.0 MiB of 4.0 MiB");
  }
  EXPECT_TRUE(drawn.ends_with("\r\x1b[K"));
}

TEST(Progress, IsNotDrawnMoreOftenThanAnEyeFollows) {
  std::string drawn;
  Progress progress(drawn, start);
  const auto first = start + limits::progress_silence;
  progress.show_bytes("a", 1, 9, first);
  const std::string after_first = drawn;
  progress.show_bytes("a", 2, 9, first + limits::progress_interval - milliseconds(1));
  EXPECT_EQ(drawn, after_first);
  progress.show_bytes("a", 3, 9, first + limits::progress_interval);
  EXPECT_TRUE(drawn.ends_with("3 bytes of 9 bytes"));
}

TEST(Progress, AFileThatGrowsNeverPassesTheWhole) {
  std::string drawn;
  Progress progress(drawn, start);
  progress.show_bytes("log", 20, 10, start + limits::progress_silence);
  EXPECT_NE(drawn.find("100 %"), std::string::npos);
}

TEST(Progress, OfAStreamOnlyTheAmountIsKnown) {
  std::string drawn;
  Progress progress(drawn, start);
  progress.show_bytes("-", 1536, 0, start + limits::progress_silence);
  EXPECT_TRUE(drawn.ends_with("Hashing -  1.5 KiB"));
}

TEST(SizeText, SaysSizesAsPeopleDo) {
  EXPECT_EQ(size_text(0), "0 bytes");
  EXPECT_EQ(size_text(1023), "1023 bytes");
  EXPECT_EQ(size_text(1024), "1.0 KiB");
  EXPECT_EQ(size_text(std::uint64_t{5} << 30), "5.0 GiB");
}

}  // namespace
}  // namespace chancery::client
