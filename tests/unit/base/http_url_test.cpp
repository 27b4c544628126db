#include "core/base/http_url.h"

#include <gtest/gtest.h>

namespace chancery {
namespace {

TEST(HttpUrl, TakesAddressesOfServices) {
  for (const std::string_view url :
       {"https://rekor.example.com", "http://127.0.0.1:3000/api/v2", "http://[::1]:80/x?y=z",
        "https://log2025-1.rekor.sigstore.dev/", "http://localhost?x"}) {
    EXPECT_TRUE(check_http_url(url).ok()) << url;
  }
}

TEST(HttpUrl, RefusesWhatCouldMeanTwoThings) {
  for (const std::string_view url :
       {"", "rekor.example.com", "file:///x", "http://", "http:///path", "http://:80", "http://a:",
        "http://a:b", "http://a:123456", "http://user:password@a/", "http://a/ b", "http://a/\n",
        "http://a/#b", "http://a\\b", "http://[::1", "http://[::1]x", "http://\xc3\xa4/"}) {
    const Result<void> checked = check_http_url(url);
    ASSERT_FALSE(checked.ok()) << url;
    EXPECT_EQ(checked.error().reason, "HTTP_URL_INVALID");
  }
  EXPECT_FALSE(check_http_url("http://" + std::string(3000, 'a')).ok());
}

TEST(HttpUrl, JoinsWithOneSlash) {
  EXPECT_EQ(join_url("https://a", "b/c"), "https://a/b/c");
  EXPECT_EQ(join_url("https://a//", "b"), "https://a/b");
}

}  // namespace
}  // namespace chancery
