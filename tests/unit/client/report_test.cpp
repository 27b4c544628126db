#include "client/terminal/report.h"

#include <gmock/gmock.h>

namespace chancery::client {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::internal::CaptureStderr;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStderr;
using ::testing::internal::GetCapturedStdout;

std::string said_to_people(std::string_view subject, const Error& error) {
  CaptureStderr();
  report_error(Style::people, subject, error);
  return GetCapturedStderr();
}

TEST(Report, PeopleReadASubjectOnce) {
  EXPECT_THAT(said_to_people("app", not_found("FILE_NOT_FOUND", "app: there is no such file")),
              StartsWith("chancery: app: there is no such file (FILE_NOT_FOUND)\n"));
  EXPECT_THAT(said_to_people("app", not_found("FILE_NOT_FOUND", "app.sigstore.json: no file")),
              StartsWith("chancery: app.sigstore.json: no file"));
  EXPECT_THAT(said_to_people("a", denied("NO_RULE", "a rule is missing")),
              StartsWith("chancery: a: a rule is missing"));
}

TEST(Report, EachMistakeOfAConfigurationIsALineAndTheOldOneStays) {
  EXPECT_EQ(said_to_people("", invalid_request("CONFIG_INVALID", "/c.toml:3: one\n/c.toml:4: two")),
            "chancery: 2 mistakes (CONFIG_INVALID)\n/c.toml:3: one\n/c.toml:4: two\n"
            "  Mend that and reload again; the old configuration stays in force until then.\n");
  EXPECT_THAT(said_to_people("", invalid_request("CONFIG_INVALID", "/c.toml:3: one")),
              StartsWith("chancery: /c.toml:3: one (CONFIG_INVALID)\n"));
}

TEST(Report, NoNameMakesALineOfItsOwn) {
  EXPECT_THAT(said_to_people("", not_found("FILE_NOT_FOUND", "a\nVerified b: not there")),
              StartsWith("chancery: a?Verified b: not there (FILE_NOT_FOUND)\n"));
}

TEST(Report, AScriptFindsTheSubjectApartFromTheMessage) {
  CaptureStdout();
  report_error(Style::json, "app", not_found("FILE_NOT_FOUND", "app: there is no such file"));
  EXPECT_EQ(Json::parse(GetCapturedStdout())["subject"], "app");
}

TEST(Report, OneTroubleOfManyIsALineForEachToScriptsAndOneToPeople) {
  const Error error = unavailable("DAEMON_UNREACHABLE", "no connection");
  CaptureStdout();
  EXPECT_EQ(report_error(Style::json, std::vector<std::string>{"a", "b"}, error),
            ExitStatus::could_not_run);
  const std::string lines = GetCapturedStdout();
  EXPECT_THAT(lines, HasSubstr(R"("subject":"a")"));
  EXPECT_THAT(lines, HasSubstr(R"("subject":"b")"));
  CaptureStderr();
  report_error(Style::people, std::vector<std::string>{"a", "b"}, error);
  EXPECT_THAT(GetCapturedStderr(), StartsWith("chancery: no connection (DAEMON_UNREACHABLE)"));
}

}  // namespace
}  // namespace chancery::client
