#include "core/base/utf8.h"

#include <gtest/gtest.h>

namespace chancery {
namespace {

TEST(Utf8, TakesTheFirstAndLastCodePointOfEachLength) {
  for (const auto& [text, code_point] :
       {std::pair<std::string_view, char32_t>{std::string_view("\0", 1), 0},
        {"\x7f", 0x7f},
        {"\xc2\x80", 0x80},
        {"\xdf\xbf", 0x7ff},
        {"\xe0\xa0\x80", 0x800},
        {"\xef\xbf\xbf", 0xffff},
        {"\xf0\x90\x80\x80", 0x10000},
        {"\xf4\x8f\xbf\xbf", 0x10ffff}}) {
    std::string_view rest = text;
    EXPECT_EQ(take_code_point(rest), code_point);
    EXPECT_TRUE(rest.empty());
  }
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndWhatEndsEarly) {
  for (const char* text : {"\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xc2", "\xc2x", "\xe0\x9f\xbf",
                           "\xe1\x80", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "ok\xfe"}) {
    EXPECT_FALSE(is_utf8(text));
  }
  EXPECT_TRUE(is_utf8("gr\xc3\xbc\xc3\x9f \xe2\x80\x94 \xf0\x9f\x94\x8f"));
}

TEST(Utf8, PlainTextHasNoControlCharacters) {
  EXPECT_TRUE(is_plain_text("release 1.2 \xe2\x82\xac"));
  for (const char* text : {"a\nb", "\x1b[31m", "\x7f", "\xc2\x9b", "\xff"}) {
    EXPECT_FALSE(is_plain_text(text)) << text;
  }
}

TEST(Utf8, WhatIsPrintedCannotSteerATerminal) {
  EXPECT_EQ(printable("a\x1b[2J\x7f\n"), "a?[2J??");
  EXPECT_EQ(printable("a\xc2\x9b"
                      "2J"),
            "a?2J");
  EXPECT_EQ(printable("\xc2\xa0\xc3\x9f\xc2"), "\xc2\xa0\xc3\x9f?");
  EXPECT_EQ(printable("\u20ac \U0001f50f"), "\u20ac \U0001f50f");
}

TEST(Utf8, WhatIsPrintedStaysInItsLineAndItsDirection) {
  for (const char* text :
       {"\u061c", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202e", "\u2066", "\u2069"}) {
    EXPECT_EQ(printable(std::string("gpj.") + text + "exe"), "gpj.?exe");
  }
}

TEST(Utf8, TextIsCutBetweenCharacters) {
  EXPECT_EQ(cut_text("abc", 3), "abc");
  EXPECT_EQ(cut_text("abc", 2), "ab");
  EXPECT_EQ(cut_text("a\u20acb", 4), "a\u20ac");
  EXPECT_EQ(cut_text("a\u20acb", 3), "a");
  EXPECT_EQ(cut_text("\u20ac", 2), "");
}

}  // namespace
}  // namespace chancery
