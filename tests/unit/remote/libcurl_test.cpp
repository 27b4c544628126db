#include "remote/http/libcurl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace chancery::testing {
namespace {

using ::testing::HasSubstr;

void expect_missing(const Result<remote::Libcurl>& opened, const std::string& why) {
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().reason, "LIBCURL_MISSING");
  EXPECT_THAT(opened.error().message, HasSubstr(why));
  EXPECT_THAT(opened.error().message, HasSubstr("install the package libcurl4"));
}

TEST(Libcurl, IsLoadedOnce) {
  const auto first = remote::load_libcurl();
  const auto second = remote::load_libcurl();
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(*first, *second);
}

TEST(Libcurl, WhereItIsMissingTheErrorNamesItsFile) {
  expect_missing(remote::open_libcurl("libcurl.so.absent"), "libcurl.so.absent");
}

TEST(Libcurl, ALibraryWithoutItsFunctionsIsNotTakenForIt) {
  expect_missing(remote::open_libcurl("libc.so.6"), "curl_global_init");
}

}  // namespace
}  // namespace chancery::testing
