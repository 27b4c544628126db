#include "core/audit/transcript.h"

#include <gtest/gtest.h>

#include "core/base/limits/audit.h"

namespace chancery::audit {
namespace {

const Sha256 some_hash = sha256(as_bytes("some"));

std::string written(const Line& line) {
  std::string out;
  append_line(out, line);
  return out;
}

TEST(AuditTranscript, EveryLineIsReadAsItWasWritten) {
  for (const Line& line :
       {Line(TitleLine{"log.example/audit"}), Line(StartLine{12, some_hash}),
        Line(RecordLine{some_hash, R"({"number":1,"x":"a b"})"}), Line(DigestLine{some_hash}),
        Line(HeadLine{"a\nb\n"}), Line(EndLine{13})}) {
    std::string text = written(line);
    ASSERT_EQ(text.back(), '\n');
    text.pop_back();
    EXPECT_EQ(written(parse_line(text).value()), text + "\n");
  }
}

TEST(AuditTranscript, AnythingElseIsRefused) {
  const std::string too_long = "record " + std::string(limits::audit_line_bytes_max, 'x');
  for (const std::string& text :
       {std::string(), std::string("records"), std::string("start 1"), std::string("start x AAAA"),
        std::string("start 1 AAAA"), std::string("record AAAA {}"), std::string("digest AAAA"),
        std::string("head !"), std::string("end -1"), std::string("end 1 "),
        std::string("chancery-audit v2 x"), too_long}) {
    const Result<Line> line = parse_line(text);
    ASSERT_FALSE(line.ok()) << text.substr(0, 40);
    EXPECT_EQ(line.error().reason, "AUDIT_LINE_MALFORMED");
  }
}

}  // namespace
}  // namespace chancery::audit
