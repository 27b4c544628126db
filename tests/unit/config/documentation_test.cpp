// What the documentation and the installed example say is what the daemon reads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/registry.h"
#include "daemon/config/config.h"
#include "tests/support/temporary_directory.h"

namespace chancery::daemon {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path source_directory = CHANCERY_SOURCE_DIRECTORY;

// Whoever is named is there.
Host any_user() {
  const auto look_up = [](const std::string&) { return std::optional<std::uint32_t>(1); };
  return {look_up, look_up};
}

std::string problems_of(const std::string& toml) {
  return describe("f", parse_config(toml, "f", any_user(), backend_types()).problems);
}

std::string reference() { return testing::read_text(source_directory / "docs/configuration.md"); }

// The ```toml blocks, one after the other.
std::string examples_in(const std::string& markdown) {
  const std::string begin = "```toml\n";
  std::string examples;
  std::size_t at = 0;
  while ((at = markdown.find(begin, at)) != std::string::npos) {
    at += begin.size();
    const std::size_t end = markdown.find("```", at);
    examples += markdown.substr(at, end - at);
    at = end;
  }
  return examples;
}

TEST(ConfigurationReference, ItsExamplesTogetherAreAConfigurationThatHolds) {
  const std::string examples = examples_in(reference());
  EXPECT_THAT(examples, HasSubstr("[[rule]]"));
  EXPECT_EQ(problems_of(examples), "");
}

TEST(ConfigurationReference, ItsWholeExampleHoldsByItself) {
  const std::string text = reference();
  const std::string begin = "```toml whole\n";
  const std::size_t at = text.find(begin) + begin.size();
  const std::string example = text.substr(at, text.find("```", at) - at);
  EXPECT_THAT(example, HasSubstr("[[rule]]"));
  EXPECT_EQ(problems_of(example), "");
}

TEST(ConfigurationReference, NamesEveryKeyThatThereIs) {
  const std::string text = reference();
  // An unknown key is answered with those that are known.
  for (const char* section :
       {"[server]", "[state]", "[archive]", "[audit]", "[metrics]", "[policy]", "[log]", "[remote]",
        "[[rekor]]", "[[timestamp_authority]]", "[[signing_config]]", "[[profile]]", "[[rule]]",
        "[[test]]"}) {
    const std::string said = problems_of(std::string(section) + "\nzzzzzzzzzzzzzzzz = 1\n");
    std::size_t at = said.find("known are ");
    ASSERT_NE(at, std::string::npos) << said;
    std::string keys = said.substr(at + 10);
    keys = keys.substr(0, keys.find('\n'));
    while (!keys.empty()) {
      const std::size_t comma = keys.find(", ");
      const std::string key = keys.substr(0, comma);
      EXPECT_THAT(text, HasSubstr("| `" + key + "` |")) << section;
      keys = comma == std::string::npos ? "" : keys.substr(comma + 2);
    }
  }
}

TEST(InstalledExample, LacksOnlyTheNameThatItsOperatorMustChoose) {
  std::string toml = testing::read_text(source_directory / "systemd/chancery.toml");
  const std::string problem = problems_of(toml);
  EXPECT_THAT(problem, HasSubstr("[log]: origin is empty; expected the log's name for ever"));
  EXPECT_EQ(problem.find('\n'), std::string::npos) << problem;

  const std::string empty = "origin = \"\"";
  toml.replace(toml.find(empty), empty.size(), "origin = \"log.example.org\"");
  EXPECT_EQ(problems_of(toml), "");
}

TEST(InstalledExample, ItsCommentedKeysHoldToo) {
  std::string toml = testing::read_text(source_directory / "systemd/chancery.toml");
  const std::string empty = "origin = \"\"";
  toml.replace(toml.find(empty), empty.size(), "origin = \"log.example.org\"");
  // "# key = value" and "# [section]" become lines of their own.
  for (std::size_t at = 0; (at = toml.find("\n# ", at)) != std::string::npos; ++at) {
    const std::string_view rest = std::string_view(toml).substr(at + 3);
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const std::string_view word = line.substr(0, line.find(' '));
    const bool is_entry = line.substr(word.size()).starts_with(" = ");
    if (line.starts_with('[') || is_entry) toml.erase(at + 1, 2);
  }
  EXPECT_THAT(toml, HasSubstr("\nsocket_mode = 0o600"));
  EXPECT_EQ(problems_of(toml), "");
}

}  // namespace
}  // namespace chancery::daemon
