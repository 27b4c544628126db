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
  for (const char* text :
       {"", "{", "{'a':1}", "[1,]", "{\"a\":1,}", "{} {}", "nul", "\"\x80\"", "[01]", "NaN"}) {
    EXPECT_EQ(reason(text), "JSON_MALFORMED") << text;
  }
  EXPECT_EQ(reason("[1e999]"), "JSON_NUMBER_OUT_OF_RANGE");
}

TEST(StrictJson, BoundsDepthAndSize) {
  EXPECT_EQ(
      reason(std::string(limits::json_depth_max, '[') + std::string(limits::json_depth_max, ']')),
      "");
  EXPECT_EQ(reason(std::string(100000, '[')), "JSON_TOO_DEEP");
  EXPECT_EQ(parse_json("[1,2]", "test", 4).error().reason, "JSON_TOO_LARGE");
}

TEST(StrictJson, WritesStringsThatItReadsBack) {
  const std::string text = "quote\" back\\ line\n tab\t bell\x07 gr\xc3\xbc\xc3\x9f";
  std::string out;
  append_json_string(out, text);
  EXPECT_EQ(*parse_json(out, "test"), text);
}

}  // namespace
}  // namespace chancery
