#include "core/base/json.h"

#include <gtest/gtest.h>

namespace chancery {
namespace {

std::string reason(std::string_view text) {
  const Result<Json> parsed = parse_json(text, "test");
  return parsed.ok() ? "" : parsed.error().reason;
}

TEST(StrictJson, ReadsWhatIsWellFormed) {
  const Json json = *parse_json(R"({"a":[1,{"b":"c"},null],"d":-2.5})", "test");
  EXPECT_EQ(json["a"][1]["b"], "c");
  EXPECT_EQ(json["d"], -2.5);
}

TEST(StrictJson, RefusesDuplicateKeysAtEachLevel) {
  EXPECT_EQ(reason(R"({"a":1,"a":2})"), "JSON_DUPLICATE_KEY");
  EXPECT_EQ(reason(R"([{"x":{"k":1,"k":1}}])"), "JSON_DUPLICATE_KEY");
  EXPECT_EQ(reason(R"([{"k":1},{"k":1}])"), "");
  EXPECT_EQ(reason(R"({"k":{"k":1}})"), "");
}

TEST(StrictJson, RefusesWhatLenientReadersTake) {
  for (const char* text : {"", "{", "{'a':1}", "[1,]", "{\"a\":1,}", "{} {}", "nul", "\"\x80\"",
                           "[01]", "NaN", "\xEF\xBB\xBF[]"}) {
    EXPECT_EQ(reason(text), "JSON_MALFORMED") << text;
  }
  EXPECT_EQ(reason("[1e999]"), "JSON_NUMBER_OUT_OF_RANGE");
}

TEST(StrictJson, ANulByteDoesNotEndTheText) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text : {"{}\0"sv, "{}\0{}"sv, "\0{}"sv, "[\0]"sv, "[\"\0\"]"sv}) {
    EXPECT_EQ(reason(text), "JSON_MALFORMED");
  }
  EXPECT_EQ(parse_json("[1]\0[2]"sv, "test").error().message, "test: not JSON at byte 3");
  EXPECT_EQ(reason(R"(["\u0000"])"), "");
}

TEST(StrictJson, ASecondDocumentIsToldAsThat) {
  const auto message = [](std::string_view text) {
    return parse_json(text, "test").error().message;
  };
  const std::string second =
      "test: a second document begins after the first 4 bytes; one is read: give each by itself";
  EXPECT_EQ(reason("{}\n {}"), "JSON_MALFORMED");
  EXPECT_EQ(message("{}\n {}"), second);
  EXPECT_EQ(message("[1]\n{}"), second);
  EXPECT_EQ(message("{  }[]"), second);
  EXPECT_EQ(check_json("{} \n[]", "test").error().message, second);
  for (const char* text : {"{}\n 1", "{} x", "[1,{},]", "{{", "{\"a\":1{", "{", "{} \"}{"}) {
    EXPECT_EQ(message(text).find("second"), std::string::npos) << message(text);
  }
}

TEST(StrictJson, BoundsDepthAndSize) {
  EXPECT_EQ(
      reason(std::string(limits::json_depth_max, '[') + std::string(limits::json_depth_max, ']')),
      "");
  EXPECT_EQ(reason(std::string(100000, '[')), "JSON_TOO_DEEP");
  EXPECT_EQ(parse_json("[1,2]", "test", 4).error().reason, "JSON_TOO_LARGE");
}

TEST(StrictJson, JudgesAnElidedMemberAsStrictlyAsTheRest) {
  const auto elide = [](std::string_view text) { return parse_json_but("big", text, "test"); };
  const Json json = *elide(R"({"a":[1,2],"big":{"x":[{"y":1},{"y":"z"}]},"b":{"big":[3]}})");
  EXPECT_EQ(json["a"][1], 2);
  EXPECT_EQ(json["big"], Json::object());
  EXPECT_EQ(elide(R"({"big":[1,[2]]})")->at("big"), Json::array());
  EXPECT_EQ(json["b"]["big"][0], 3);
  EXPECT_EQ(elide(R"({"big":[{"y":1,"y":2}]})").error().reason, "JSON_DUPLICATE_KEY");
  EXPECT_EQ(elide(R"({"big":{"x":[1,{"y":{}}],"x":2}})").error().reason, "JSON_DUPLICATE_KEY");
  EXPECT_EQ(elide(R"({"big":1,"big":2})").error().reason, "JSON_DUPLICATE_KEY");
  EXPECT_EQ(elide(R"({"big":)" + std::string(1000, '[')).error().reason, "JSON_TOO_DEEP");
  EXPECT_EQ(elide(R"({"big":[1,2})").error().reason, "JSON_MALFORMED");
  EXPECT_EQ(elide(R"({"big":[[],{}],"c":4})")->at("c"), 4);
}

TEST(StrictJson, BoundsTheMembersOfAnObject) {
  std::string text = "{";
  for (std::size_t i = 0; i <= limits::json_object_members_max; ++i) {
    text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
  }
  EXPECT_EQ(reason(text + "}"), "JSON_TOO_MANY_MEMBERS");
}

// `count` values, the list among them.
std::string list_of(std::string_view item, std::size_t count) {
  std::string text = "[";
  for (std::size_t i = 2; i < count; ++i) text.append(item).append(",");
  return text.append(item).append("]");
}

TEST(StrictJson, BoundsTheValuesThatAreKept) {
  EXPECT_EQ(reason(list_of("1", limits::json_values_max)), "");
  for (const char* item : {"1", "{}"}) {
    EXPECT_EQ(reason(list_of(item, limits::json_values_max + 1)), "JSON_TOO_MANY_VALUES") << item;
  }
  EXPECT_EQ(reason(list_of(R"({"a":[1]})", limits::json_values_max / 3 + 2)),
            "JSON_TOO_MANY_VALUES");
}

TEST(StrictJson, WhatIsNotKeptIsNotCounted) {
  const std::string many = list_of("{}", limits::json_values_max + 1);
  const auto reason_but = [](std::string_view text) {
    const Result<Json> parsed = parse_json_but("big", text, "test");
    return parsed.ok() ? "" : parsed.error().reason;
  };
  EXPECT_EQ(reason_but(R"({"big":)" + many + R"(,"a":1})"), "");
  EXPECT_EQ(reason_but(R"({"big":[],"a":)" + many + "}"), "JSON_TOO_MANY_VALUES");
  EXPECT_TRUE(check_json(many, "test").ok());
}

TEST(StrictJson, OfWhatIsNotKeptTheObjectsThatAreOpenAreCounted) {
  std::string members;
  for (std::size_t i = 0; i < limits::json_values_max / 3; ++i) {
    members += "\"" + std::to_string(i) + "\":0,";
  }
  const std::string object = "{" + members + R"("":0})";
  EXPECT_TRUE(
      check_json("[" + object + "," + object + "," + object + "," + object + "]", "test").ok());
  const std::string nested = "{" + members + R"("":{)" + members + R"("":{)" + members;
  EXPECT_EQ(check_json(nested + "0", "test").error().reason, "JSON_TOO_MANY_VALUES");
}

TEST(StrictJson, WhatIsOnlyCheckedIsJudgedAsStrictly) {
  EXPECT_TRUE(check_json(R"({"":{"a":[1,{"b":"c"},null]},"d":-2.5})", "test").ok());
  EXPECT_TRUE(check_json("1", "test").ok());
  const auto refusal = [](std::string_view text) {
    return check_json(text, "test").error().reason;
  };
  EXPECT_EQ(refusal(R"([{"x":{"k":1,"k":1}}])"), "JSON_DUPLICATE_KEY");
  EXPECT_EQ(refusal(R"({"k":[],"k":1})"), "JSON_DUPLICATE_KEY");
  EXPECT_EQ(refusal(std::string(1000, '[')), "JSON_TOO_DEEP");
  EXPECT_EQ(refusal("[1,2}"), "JSON_MALFORMED");
}

TEST(StrictJson, AMemberWithoutANameIsKept) {
  EXPECT_EQ((*parse_json(R"({"":[1]})", "test"))[""], Json::array({1}));
}

TEST(StrictJson, WritesStringsThatItReadsBack) {
  const std::string text = "quote\" back\\ line\n tab\t bell\x07 gr\xc3\xbc\xc3\x9f";
  std::string out;
  append_json_string(out, text);
  EXPECT_EQ(*parse_json(out, "test"), text);
}

}  // namespace
}  // namespace chancery
