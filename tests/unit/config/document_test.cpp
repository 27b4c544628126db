// What is said of text that is not TOML, and how far reading goes on behind it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config/sections/log_origin.h"
#include "daemon/config/toml/document.h"
#include "daemon/config/toml/nearest_name.h"
#include "tests/unit/config/sample_config.h"

namespace chancery::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<unsigned> lines_of(const std::vector<ConfigProblem>& problems) {
  std::vector<unsigned> lines;
  for (const ConfigProblem& problem : problems) lines.push_back(problem.line);
  return lines;
}

TEST(Document, DuplicateKeysAreAllToldWithWhatFollows) {
  const ConfigOutcome outcome = parse_sample(
      "[server]\nsocket = \"/s\"\nsocket = \"/t\"\nsocket_mode = 1\n[state]\ndirectory = \"/d\"\n"
      "directory = [\n \"/d\",\n]\nx = 1\n[server]\nsocket = \"/u\"\n");
  EXPECT_THAT(lines_of(outcome.problems), ElementsAre(3, 4, 7, 10, 11))
      << describe("f", outcome.problems);
  EXPECT_THAT(outcome.problems[0].message, HasSubstr("redefine existing string 'socket'"));
}

TEST(Document, BrokenSectionsHideNoMistakesOfOthers) {
  const ConfigOutcome outcome = parse_sample(
      "[server]\nsocket = oops\n[state]\ndirectory = 7\n[archive]\ndays = \"x\n[log]\nkey = 1\n");
  EXPECT_THAT(lines_of(outcome.problems), ElementsAre(2, 4, 6, 8))
      << describe("f", outcome.problems);
}

TEST(Document, UnclosedListBlamesNoLaterSection) {
  std::string toml = sample_toml;
  const std::string_view was = "profiles = [\"release\", \"nightly\"]";
  toml.replace(toml.find(was), was.size(), "profiles = [\"release\",");
  const ConfigOutcome outcome = parse_sample(toml);
  ASSERT_EQ(outcome.problems.size(), 1U) << describe("f", outcome.problems);
  EXPECT_EQ(outcome.problems[0].line, 35U);
}

TEST(Document, WhatWasLeftOutIsNotMissed) {
  const ConfigOutcome outcome = parse_sample("[log]\norigin = \n");
  EXPECT_THAT(lines_of(outcome.problems), ElementsAre(2)) << describe("f", outcome.problems);
}

TEST(Document, ForeignBytesAreRefusedInWords) {
  for (const char* text : {"\x7f"
                           "ELF\x02\x01",
                           "\xff\xfe[\n", "= 1", "[", "[[", "a = \"\"\"x"}) {
    const Document document = parse_document(text);
    ASSERT_FALSE(document.problems.empty()) << text;
    EXPECT_THAT(document.problems[0].message, HasSubstr("not TOML: "));
    EXPECT_FALSE(document.is_whole);
  }
}

TEST(Document, KeysOfManyPartsDoNotUseUpTheStack) {
  std::string text = "a";
  for (int i = 0; i < 300000; ++i) text += ".a";
  const Document document = parse_document("# 1.2.3\n" + text + " = 1\n");
  EXPECT_THAT(lines_of(document.problems), ElementsAre(2));
  EXPECT_EQ(document.problems[0].message, "a key with so many dots; keys here have none");
}

TEST(Document, DotsInStringsAndCommentsAreNotCounted) {
  const std::string dots(40, '.');
  EXPECT_TRUE(parse_document("a = \"\\\"" + dots + "\"  # " + dots).problems.empty());
}

TEST(Document, DeepNestingIsRefused) {
  const Document document = parse_document("a = " + std::string(100000, '['));
  ASSERT_FALSE(document.problems.empty());
  EXPECT_THAT(document.problems[0].message, HasSubstr("nested value depth"));
}

TEST(NearestName, FindsOneOrTwoSlips) {
  const std::vector<std::string> names = {"socket", "directory", "days"};
  EXPECT_EQ(nearest_name("sokcet", names), "socket");
  EXPECT_EQ(nearest_name("directry", names), "directory");
  EXPECT_EQ(nearest_name("day", names), "days");
  EXPECT_EQ(nearest_name("colour", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name(std::string(100000, 's'), names), "");
}

struct OriginCase {
  const char* origin;
  const char* fault;
};

TEST(LogOrigin, IsAHostNameThatAllClientsReadAlike) {
  const std::string long_label(64, 'a');
  const OriginCase cases[] = {
      {"log.example.org", ""},
      {"chancery.localhost", ""},
      {"log2026-1a.example", ""},
      {"localhost", ""},
      {"", "is empty"},
      {"log.example.org - 1193050959916656506", "ends like a Rekor v1 tree id"},
      {"https://log.example.org", "is a URL"},
      {"log.example.org/2026", "has a path"},
      {"log.example.org:3000", "has a port"},
      {"log+1.example.org", "has a '+'"},
      {"log example", "has a space"},
      {"log - x", "has a space"},
      {"Log.example.org", "has upper-case letters"},
      {"log_1.example.org", "may hold only"},
      {"log.ex\u00e4mple", "may hold only"},
      {"log..example", "has an empty part"},
      {"log.example.", "has an empty part"},
      {"-log.example", "begins or ends in '-'"},
      {"192.0.2.1", "is an address or a number"},
      {long_label.c_str(), "longer than 63"},
  };
  for (const OriginCase& expected : cases) {
    const std::string fault = find_origin_fault(expected.origin);
    EXPECT_THAT(fault, HasSubstr(expected.fault)) << expected.origin;
    EXPECT_EQ(fault.empty(), std::string(expected.fault).empty()) << expected.origin;
  }
}

}  // namespace
}  // namespace chancery::daemon
