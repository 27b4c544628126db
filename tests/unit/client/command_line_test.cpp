#include "client/terminal/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/json.h"

namespace chancery::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::internal::CaptureStderr;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStderr;
using ::testing::internal::GetCapturedStdout;

// A program with the shapes of argument that commands use.
class CommandLineTest : public ::testing::Test {
 protected:
  CommandLineTest() : line_("chancery", "1.2.3", {"Signs.", ""}) {
    line_
        .command("sign", {"Sign files.", "Example: chancery sign a"},
                 [this] { return ran("sign"); })
        .flag("--json", json_, "For scripts")
        .text("-o,--output", "FILE", output_, "Where to")
        .texts("--digest", "DIGEST", digests_, "A digest")
        .number("--size", "N", size_, "How many")
        .seconds("--timeout", timeout_, "How long")
        .places("FILE", files_, "What to sign", Need::optional);
    line_.group("log", "The log.");
    line_.command("log entry", {"Print an entry.", ""}, [this] { return ran("log entry"); })
        .text("--socket", "PATH", output_, "The socket", Need::required);
  }

  ExitStatus run(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "chancery");
    return line_.run(static_cast<int>(arguments.size()), arguments.data());
  }
  ExitStatus ran(std::string command) {
    ran_ = std::move(command);
    return ExitStatus::refused;
  }

  CommandLine line_;
  std::string ran_;
  bool json_ = false;
  std::string output_;
  std::uint64_t size_ = 0;
  std::uint64_t timeout_ = 0;
  std::vector<std::string> digests_;
  std::vector<std::string> files_;
};

TEST_F(CommandLineTest, TheCommandNamedRunsAndItsStatusIsTheAnswer) {
  EXPECT_EQ(run({"sign", "--json", "a", "-o", "out", "b"}), ExitStatus::refused);
  EXPECT_EQ(ran_, "sign");
  EXPECT_TRUE(json_);
  EXPECT_EQ(output_, "out");
  EXPECT_THAT(files_, ElementsAre("a", "b"));
}

TEST_F(CommandLineTest, AnOptionThatRepeatsTakesOneValueEachTime) {
  run({"sign", "--digest", "x", "a", "--digest", "y"});
  EXPECT_THAT(digests_, ElementsAre("x", "y"));
  EXPECT_THAT(files_, ElementsAre("a"));
}

TEST_F(CommandLineTest, ADashIsAFile) {
  run({"sign", "-"});
  EXPECT_THAT(files_, ElementsAre("-"));
}

TEST_F(CommandLineTest, ACommandOfAGroupRuns) {
  run({"log", "entry", "--socket", "s"});
  EXPECT_EQ(ran_, "log entry");
}

TEST_F(CommandLineTest, AnEmptyValueIsUsageAndNotAsIfItWereLeftOut) {
  for (const std::vector<const char*>& arguments : {std::vector{"sign", "-o", ""},
                                                    {"sign", "--output="},
                                                    {"sign", "--digest", ""},
                                                    {"sign", "a", ""},
                                                    {"log", "entry", "--socket", ""}}) {
    CaptureStderr();
    EXPECT_EQ(run(arguments), ExitStatus::usage);
    EXPECT_THAT(GetCapturedStderr(), HasSubstr("`chancery"));
    EXPECT_EQ(ran_, "");
  }
}

TEST_F(CommandLineTest, ANumberIsWholeAndFits) {
  run({"sign", "--size", "18446744073709551615"});
  EXPECT_EQ(size_, 18446744073709551615U);
  for (const char* number : {"-1", "1x", "", "1.5", "18446744073709551616"}) {
    CaptureStderr();
    EXPECT_EQ(run({"sign", "--size", number}), ExitStatus::usage) << number;
    EXPECT_THAT(GetCapturedStderr(), HasSubstr("is no whole number"));
  }
}

// In no time nobody answers, and in more than the clock can count nobody waits.
TEST_F(CommandLineTest, ATimeoutIsFromASecondToAYear) {
  run({"sign", "--timeout", "1"});
  EXPECT_EQ(timeout_, 1U);
  for (const char* number : {"0", "-1", "1.5", "18446744073709551615"}) {
    CaptureStderr();
    EXPECT_EQ(run({"sign", "--timeout", number}), ExitStatus::usage) << number;
    EXPECT_THAT(GetCapturedStderr(), HasSubstr("from 1 to"));
  }
}

TEST_F(CommandLineTest, AnUnknownOptionIsUsageAndNamesTheCommand) {
  CaptureStderr();
  EXPECT_EQ(run({"sign", "--outptu", "x"}), ExitStatus::usage);
  EXPECT_EQ(ran_, "");
  const std::string said = GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("--outptu"));
  EXPECT_THAT(said, HasSubstr("`chancery sign --help`"));
}

TEST_F(CommandLineTest, AnUnknownCommandIsCalledOne) {
  const auto said = [this](const std::vector<const char*>& arguments) {
    CaptureStderr();
    EXPECT_EQ(run(arguments), ExitStatus::usage);
    return GetCapturedStderr();
  };
  EXPECT_THAT(said({"frobnicate"}), HasSubstr("chancery: there is no command 'frobnicate'"));
  EXPECT_THAT(said({"-x"}), HasSubstr("chancery: there is no option '-x'"));
  EXPECT_THAT(said({"log", "entry", "--socket", "s", "7"}), HasSubstr("'7' is one too many"));
}

TEST_F(CommandLineTest, AScriptIsToldInJson) {
  CaptureStdout();
  CaptureStderr();
  EXPECT_EQ(run({"sign", "--json", "--outptu", "x"}), ExitStatus::usage);
  EXPECT_EQ(GetCapturedStderr(), "");
  const Json said = Json::parse(GetCapturedStdout());
  EXPECT_EQ(said["error"]["reason"], "USAGE");
  EXPECT_THAT(said["error"]["message"].get<std::string>(), HasSubstr("--outptu"));
}

TEST_F(CommandLineTest, AFileNamedLikeTheOptionAsksForNoJson) {
  CaptureStderr();
  EXPECT_EQ(run({"sign", "--timeout", "0", "--", "--json"}), ExitStatus::usage);
  EXPECT_THAT(GetCapturedStderr(), HasSubstr("from 1 to"));
}

TEST_F(CommandLineTest, AMissingOptionOfAGroupsCommandIsUsage) {
  CaptureStderr();
  EXPECT_EQ(run({"log", "entry"}), ExitStatus::usage);
  EXPECT_THAT(GetCapturedStderr(), HasSubstr("chancery log entry: --socket is required"));
}

TEST_F(CommandLineTest, AGroupAloneIsUsage) {
  CaptureStderr();
  EXPECT_EQ(run({"log"}), ExitStatus::usage);
  GetCapturedStderr();
}

TEST_F(CommandLineTest, NothingAtAllShowsTheHelpAndIsUsage) {
  CaptureStderr();
  EXPECT_EQ(run({}), ExitStatus::usage);
  EXPECT_THAT(GetCapturedStderr(), HasSubstr("Sign files."));
}

TEST_F(CommandLineTest, HelpOfACommandTeachesByExample) {
  CaptureStdout();
  EXPECT_EQ(run({"sign", "--help"}), ExitStatus::done);
  const std::string said = GetCapturedStdout();
  EXPECT_THAT(said, HasSubstr("Where to"));
  EXPECT_THAT(said, HasSubstr("Example: chancery sign a"));
}

TEST_F(CommandLineTest, VersionIsSaid) {
  CaptureStdout();
  EXPECT_EQ(run({"--version"}), ExitStatus::done);
  EXPECT_EQ(GetCapturedStdout(), "chancery 1.2.3\n");
}

}  // namespace
}  // namespace chancery::client
