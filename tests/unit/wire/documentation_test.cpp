// The numbers that docs/wire.md tells the authors of clients are those of core/base/limits.
#include <gmock/gmock.h>

#include "core/base/limits/key_hosts.h"
#include "core/base/limits/socket.h"
#include "core/base/limits/statements.h"
#include "tests/support/temporary_directory.h"
#include "wire/frame.h"

namespace chancery::wire {
namespace {

using ::testing::HasSubstr;

std::string page() {
  return testing::read_text(std::filesystem::path(CHANCERY_SOURCE_DIRECTORY) / "docs/wire.md");
}

template <typename Number>
std::string count(Number number) {
  return std::to_string(number);
}
std::string mib(std::size_t bytes) {
  EXPECT_EQ(bytes % (1U << 20), 0U);
  return count(bytes >> 20) + " MiB";
}
std::string kib(std::size_t bytes) { return count(bytes >> 10) + " KiB"; }
std::string seconds(std::chrono::milliseconds time) { return count(time.count() / 1000) + " s"; }

TEST(WirePage, TableOfLimitsHasTheCodesNumbers) {
  const std::string text = page();
  const std::pair<std::string, std::string> rows[] = {
      {"a frame", mib(limits::frame_bytes_max) + "; longer ends the connection"},
      {"a message from the client",
       mib(limits::request_bytes_max) + " and " + kib(limits::request_envelope_bytes_max)},
      {"a statement", mib(limits::request_bytes_max) + " in one message, " +
                          mib(limits::statement_bytes_max) + " as a stream"},
      {"connections",
       count(limits::connections_max) + ", of one user " + count(limits::connections_per_uid_max)},
      {"requests in flight", count(limits::requests_in_flight_max) + ", of one user " +
                                 count(limits::requests_in_flight_per_uid_max) +
                                 ", on one connection " +
                                 count(limits::requests_in_flight_per_connection_max)},
      {"bytes of requests in flight", mib(limits::request_bytes_in_flight_max) + ", of one user " +
                                          mib(limits::request_bytes_in_flight_per_uid_max)},
      {"a frame that has begun", "is complete within " + seconds(limits::partial_frame_wait_max)},
  };
  for (const auto& [what, how_much] : rows) {
    EXPECT_THAT(text, HasSubstr("| " + what + " | " + how_much));
  }
}

TEST(WirePage, WhatItsSentencesSayIsWhatTheCodeDoes) {
  const std::string text = page();
  const std::vector<std::string> sentences{
      "A frame is a header of ten bytes",
      "big-endian, at most " + mib(limits::frame_bytes_max),
      "without it, " + seconds(limits::request_deadline_default),
      "more than " + count(limits::request_deadline_max.count() / 60000) + " minutes counts as",
      "1 to " + count(limits::name_bytes_max) + " printable ASCII characters",
      "more than\n" + mib(limits::inline_bundle_bytes_max) + " is not in the reply",
      "Statements of more than " + mib(limits::request_bytes_max),
      "carries up to " + mib(limits::request_bytes_max),
      "at most " + count(limits::credential_bytes_max) + " bytes, as `tpm2_makecredential`",
      "leaves more than " + kib(limits::unsent_bytes_wanted) + " unread",
      "next to nothing for " + seconds(limits::unsent_wait_max)};
  for (const std::string& said : sentences) EXPECT_THAT(text, HasSubstr(said));
  EXPECT_EQ(frame_header_bytes, 10U);
}

}  // namespace
}  // namespace chancery::wire
