#include "core/bundle/statement.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/base/json.h"

namespace chancery::bundle {
namespace {

std::string reason(std::string_view payload, Extensions extensions = Extensions::refused) {
  const Result<Statement> statement = parse_statement(payload, extensions);
  return statement.ok() ? "" : statement.error().reason;
}

std::string with_subject(std::string_view subject) {
  return fmt::format(
      R"({{"_type":"https://in-toto.io/Statement/v1","subject":{},"predicateType":"p"}})", subject);
}

std::string repeated(std::string_view item, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += fmt::format("{}{}", i == 0 ? "" : ",", item);
  return out;
}

TEST(Statement, ReadsWhatItWrites) {
  const std::string text = write_statement(
      {{"a \"name\"", {{"sha256", "00"}, {"sha512", "11"}}}, {"", {{"sha256", "22"}}}},
      "https://example.test/p", R"({"k":[1]})");
  EXPECT_EQ((*parse_json(text, "test"))["predicate"]["k"][0], 1);
  const Statement statement = *parse_statement(text, Extensions::refused);
  EXPECT_EQ(statement.type, "https://in-toto.io/Statement/v1");
  EXPECT_EQ(statement.predicate_type, "https://example.test/p");
  ASSERT_EQ(statement.subjects.size(), 2U);
  EXPECT_EQ(statement.subjects[0].name, "a \"name\"");
  ASSERT_EQ(statement.subjects[0].digests.size(), 2U);
  EXPECT_EQ(statement.subjects[0].digests[1].algorithm, "sha512");
  EXPECT_EQ(statement.subjects[0].digests[1].hex, "11");
  EXPECT_EQ(statement.subjects[1].name, "");
}

TEST(Statement, TheOlderTypeOfCosignIsRead) {
  EXPECT_EQ(reason(R"({"_type":"https://in-toto.io/Statement/v0.1","predicateType":"p",)"
                   R"("subject":[{"digest":{"sha256":"00"}}],"predicate":null})"),
            "");
}

TEST(Statement, AnotherTypeIsRefused) {
  EXPECT_EQ(reason(R"({"_type":"https://in-toto.io/Statement/v2"})"), "STATEMENT_TYPE_UNKNOWN");
  EXPECT_EQ(reason(R"({"subject":[]})"), "STATEMENT_TYPE_UNKNOWN");
  EXPECT_EQ(reason(R"({"_type":1})"), "STATEMENT_TYPE_UNKNOWN");
}

TEST(Statement, OneWithoutATypeIsNotTakenForOneOfNoName) {
  const auto message = [](std::string_view text) {
    return parse_statement(text, Extensions::ignored).error().message;
  };
  const std::string read =
      "; those of https://in-toto.io/Statement/v1 and https://in-toto.io/Statement/v0.1 are read";
  EXPECT_EQ(message(R"({"subject":[]})"),
            "in-toto statement: it has no _type, which every statement has" + read);
  EXPECT_EQ(message(R"({"_type":1})"), "in-toto statement: its _type is not text" + read);
  EXPECT_EQ(message(R"({"_type":""})"), "in-toto statement: its _type \"\" is not known" + read);
}

TEST(Statement, WithoutASubjectItIsRefused) {
  EXPECT_EQ(reason(with_subject("[]")), "STATEMENT_NO_SUBJECT");
  EXPECT_EQ(reason(with_subject("null")), "STATEMENT_NO_SUBJECT");
}

TEST(Statement, MalformedPartsAreRefused) {
  for (const char* subject :
       {"{}", "[1]", "[{}]", R"([{"digest":{}}])", R"([{"digest":{"sha256":1}}])",
        R"([{"name":1,"digest":{"sha256":"00"}}])", R"([{"digest":"00"}])"}) {
    EXPECT_EQ(reason(with_subject(subject)), "STATEMENT_MALFORMED") << subject;
  }
  EXPECT_EQ(reason("[]"), "STATEMENT_MALFORMED");
  EXPECT_EQ(reason(R"({"_type":"https://in-toto.io/Statement/v1",)"
                   R"("subject":[{"digest":{"sha256":"00"}}]})"),
            "STATEMENT_MALFORMED");
}

TEST(Statement, WhatStockVerifiersCannotReadIsRefused) {
  const auto with_predicate = [](const std::string& predicate) {
    return R"({"_type":"https://in-toto.io/Statement/v1","predicateType":"p",)"
           R"("subject":[{"digest":{"sha256":"00"}}],"predicate":)" +
           predicate + "}";
  };
  EXPECT_EQ(reason(with_predicate(R"({"deep":[{}]})")), "");
  for (const char* predicate : {"1", "[1]", "[]", R"("text")", "true"}) {
    EXPECT_EQ(reason(with_predicate(predicate)), "STATEMENT_MALFORMED") << predicate;
  }
  EXPECT_EQ(reason(with_predicate(R"({},"more":1)")), "STATEMENT_MALFORMED");
  EXPECT_EQ(reason(with_subject(R"([{"digest":{"sha256":"00"},"more":1}])")),
            "STATEMENT_MALFORMED");
  EXPECT_EQ(reason(with_subject(R"([{"digest":{"sha256":"00"},"uri":"u","annotations":{}}])")), "");
}

TEST(Statement, WhoReadsPassesOverWhatInTotoDoesNotName) {
  const std::string text =
      R"({"_type":"https://in-toto.io/Statement/v1","predicateType":"p","more":[{"a":1}],)"
      R"("subject":[{"digest":{"sha256":"00"},"more":{"sha256":"11"}}]})";
  EXPECT_EQ(reason(text, Extensions::refused), "STATEMENT_MALFORMED");
  const Result<Statement> statement = parse_statement(text, Extensions::ignored);
  ASSERT_TRUE(statement.ok()) << statement.error().message;
  ASSERT_EQ(statement->subjects.size(), 1U);
  EXPECT_EQ(statement->subjects[0].digests.size(), 1U);
  EXPECT_EQ(reason(with_subject(R"([{"more":{"sha256":"11"}}])"), Extensions::ignored),
            "STATEMENT_MALFORMED");
}

TEST(Statement, NotJsonOrWithDuplicateKeysIsRefused) {
  EXPECT_EQ(reason("statement"), "JSON_MALFORMED");
  EXPECT_EQ(reason(R"({"_type":"https://in-toto.io/Statement/v1","predicate":{"a":1,"a":2}})"),
            "JSON_DUPLICATE_KEY");
}

TEST(Statement, SubjectsAndDigestsAreBounded) {
  const std::string subject = R"({"digest":{"sha256":"00"}})";
  EXPECT_EQ(reason(with_subject("[" + repeated(subject, limits::statement_subjects_max) + "]")),
            "");
  EXPECT_EQ(reason(with_subject("[" + repeated(subject, limits::statement_subjects_max + 1) + "]")),
            "STATEMENT_TOO_MANY_SUBJECTS");
  EXPECT_EQ(reason(with_subject("[" + repeated("1", limits::json_values_max) + "]")),
            "JSON_TOO_MANY_VALUES");
  std::string digests = R"("d":"00")";
  for (std::size_t i = 0; i < limits::subject_digests_max; ++i) {
    digests += fmt::format(R"(,"d{}":"00")", i);
  }
  EXPECT_EQ(reason(with_subject(R"([{"digest":{)" + digests + "}}]")),
            "STATEMENT_TOO_MANY_SUBJECTS");
}

}  // namespace
}  // namespace chancery::bundle
