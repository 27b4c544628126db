#include "core/base/encoding.h"

#include <gtest/gtest.h>

namespace chancery {
namespace {

TEST(Base64, EncodesTheVectorsOfRfc4648) {
  EXPECT_EQ(base64_encode(as_bytes("")), "");
  EXPECT_EQ(base64_encode(as_bytes("f")), "Zg==");
  EXPECT_EQ(base64_encode(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(base64_encode(as_bytes("foo")), "Zm9v");
  EXPECT_EQ(base64_encode(as_bytes("foobar")), "Zm9vYmFy");
}

TEST(Base64, DecodesWhatItEncodes) {
  Bytes bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(*base64_decode(base64_encode(bytes)), bytes);
    bytes.push_back(static_cast<std::uint8_t>(i * 7));
  }
}

TEST(Base64, RefusesWhiteSpaceMissingPaddingAndStrayBits) {
  for (const char* text :
       {"Zg=", "Zg", "Z g=", "Zg==\n", "Zh==", "Zm9=", "====", "Z===", "Zg==Zg=="}) {
    ASSERT_FALSE(base64_decode(text).ok()) << text;
    EXPECT_EQ(base64_decode(text).error().reason, "BASE64_INVALID");
  }
}

TEST(Base64, UrlSafeAlphabetOnlyWhereAsked) {
  EXPECT_FALSE(base64_decode("-_-_").ok());
  EXPECT_EQ(*base64_decode_any_alphabet("-_-_"), *base64_decode("+/+/"));
  EXPECT_FALSE(base64_decode_any_alphabet("+_-_").ok());
}

TEST(Hex, LowerCasePairsOnly) {
  EXPECT_EQ(hex_encode(*hex_decode("00ff7f")), "00ff7f");
  EXPECT_EQ(hex_decode("0F").error().reason, "HEX_INVALID");
  EXPECT_EQ(hex_decode("0").error().reason, "HEX_INVALID");
}

}  // namespace
}  // namespace chancery
