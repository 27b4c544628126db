#include "core/policy/pattern.h"

#include <gtest/gtest.h>

#include <ostream>

#include "core/base/limits/rules.h"

namespace chancery::policy {
namespace {

struct PatternCase {
  const char* pattern;
  std::string text;
  bool matches;
};

void PrintTo(const PatternCase& entry, std::ostream* out) {
  *out << entry.pattern << " " << entry.text;
}

class Matching : public testing::TestWithParam<PatternCase> {};

TEST_P(Matching, IsOfTheWholeText) {
  const PatternCase& entry = GetParam();
  EXPECT_EQ(Pattern::parse(entry.pattern).value().matches(entry.text), entry.matches);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Matching,
    testing::Values(
        PatternCase{"app", "app", true}, PatternCase{"app", "App", false},
        PatternCase{"app", "app2", false}, PatternCase{"app", "my-app", false},
        PatternCase{"app-*", "app-", true}, PatternCase{"app-*", "app-1/2", true},
        PatternCase{"*.tar", "a.tar", true}, PatternCase{"*.tar", "a.tar\n", false},
        PatternCase{"*", "", true}, PatternCase{"*", "line\nline", true},
        PatternCase{"?", "é", true}, PatternCase{"?", "ab", false},
        PatternCase{"a.c", "abc", false}, PatternCase{"a[b]", "ab", false},
        PatternCase{"a[b]", "a[b]", true}, PatternCase{R"(\*)", "*", true},
        PatternCase{R"(\*)", "x", false}, PatternCase{R"(\\)", R"(\)", true},
        PatternCase{"*", "\xff", false}, PatternCase{"", "", true},
        PatternCase{"re:app|lib", "lib", true}, PatternCase{"re:app|lib", "my-lib", false},
        PatternCase{"re:app|lib", "application", false}, PatternCase{"re:v[0-9]+", "v12", true},
        PatternCase{"re:v[0-9]+", "v12\n", false}, PatternCase{"re:.*", "a\nb", false}));

std::string fault(std::string_view pattern) {
  const Result<Pattern> parsed = Pattern::parse(pattern);
  return parsed.ok() ? "" : parsed.error().reason + ": " + parsed.error().message;
}

TEST(PatternFaults, AreToldInWords) {
  EXPECT_EQ(fault(R"(app\)"),
            "PATTERN_INVALID: \"app\\\" ends in a backslash, which is to stand "
            "before something");
  EXPECT_EQ(fault("re:app("),
            "PATTERN_INVALID: \"re:app(\" is no regular expression: missing ): app(");
}

TEST(PatternFaults, AMegabyteOfExpressionIsRefusedUnread) {
  EXPECT_NE(fault("re:" + std::string(1'000'000, '(')).find("has 1000003 bytes"),
            std::string::npos);
  EXPECT_EQ(fault("re:" + std::string(limits::pattern_bytes_max - 3, 'a')), "");
}

TEST(PatternFaults, AnExpressionThatIsLargeOnceCompiledIsRefused) {
  EXPECT_NE(fault("re:((((a{100}){100}){100}){100}"), "");
  EXPECT_NE(fault("re:(\\pL{900}){900}"), "");
}

}  // namespace
}  // namespace chancery::policy
