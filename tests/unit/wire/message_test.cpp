#include "wire/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/base/limits/socket.h"
#include "google/rpc/error_details.pb.h"
#include "wire/status.h"

namespace chancery::wire {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::string_view data_of(const std::string& frame) {
  return std::string_view(frame).substr(frame_header_bytes);
}

TEST(Message, ARequestIsTheBytesThatTheProtocolNames) {
  const std::string frame =
      build_request(1, flags::none, {"a.B", "C", "pay", std::chrono::nanoseconds(5)}).value();
  // service = 1, method = 2, payload = 3, timeout_nano = 4
  EXPECT_EQ(hex_encode(as_bytes(frame)),
            "0000000f000000010100"
            "0a03612e42"
            "120143"
            "1a03706179"
            "2005");
  const Request request = parse_request(data_of(frame)).value();
  EXPECT_EQ(request.service, "a.B");
  EXPECT_EQ(request.method, "C");
  EXPECT_EQ(request.payload, "pay");
  EXPECT_EQ(request.timeout, std::chrono::nanoseconds(5));
}

TEST(Message, AnAnswerIsTheBytesThatTheProtocolNames) {
  EXPECT_EQ(hex_encode(as_bytes(build_response(3, std::string("ok")))),
            "00000004000000030200"
            "12026f6b");
}

TEST(Message, AnErrorIsAStatusWithItsReason) {
  const std::string frame = build_response(1, not_found("NO_KEY", "none"));
  EXPECT_THAT(frame, HasSubstr(std::string("\x08\x05\x12\x04none", 8)));  // code 5, NOT_FOUND
  EXPECT_THAT(frame, HasSubstr("type.googleapis.com/google.rpc.ErrorInfo"));
  EXPECT_THAT(frame, HasSubstr("NO_KEY"));
  EXPECT_THAT(frame, HasSubstr("chancery"));
}

TEST(Message, EveryErrorCodeSurvivesTheRoundTrip) {
  for (const ErrorCode code :
       {ErrorCode::invalid_request, ErrorCode::denied, ErrorCode::not_found, ErrorCode::unsupported,
        ErrorCode::unavailable, ErrorCode::outcome_unknown, ErrorCode::exhausted,
        ErrorCode::corrupt, ErrorCode::internal}) {
    const Result<std::string> answer = Error{code, "SOME_REASON", "what, and what to do"};
    const Error error = parse_response(data_of(build_response(1, answer))).error();
    EXPECT_EQ(error.code, code) << name_of(code);
    EXPECT_EQ(error.reason, "SOME_REASON");
    EXPECT_EQ(error.message, "what, and what to do");
  }
}

TEST(Message, ATimeToComeAgainSurvivesTheRoundTrip) {
  for (const std::chrono::milliseconds wait : {0ms, 1ms, 1500ms, 86'400'000ms}) {
    const Result<std::string> answer = with_retry_after(exhausted("FULL", "later"), wait);
    const Error error = parse_response(data_of(build_response(1, answer))).error();
    EXPECT_EQ(error.retry_after, wait);
    EXPECT_EQ(error.reason, "FULL");
  }
  EXPECT_EQ(error_from(status_from(exhausted("FULL", "later"))).retry_after, std::nullopt);
}

TEST(Message, ATimeToComeAgainThatIsNoneIsPassedOver) {
  struct Case {
    std::int64_t seconds;
    std::int32_t nanos;
  };
  for (const Case& row : {Case{-1, 0}, Case{0, -1}, Case{INT64_MAX, 0}}) {
    google::rpc::RetryInfo info;
    info.mutable_retry_delay()->set_seconds(row.seconds);
    info.mutable_retry_delay()->set_nanos(row.nanos);
    google::rpc::Status status = status_from(with_retry_after(exhausted("FULL", "later"), 1ms));
    status.mutable_details(1)->set_value(info.SerializeAsString());
    EXPECT_EQ(error_from(status).retry_after, std::nullopt) << row.seconds << " " << row.nanos;
    EXPECT_EQ(error_from(status).reason, "FULL");
  }
}

TEST(Message, AForeignErrorIsUnderstoodByItsCode) {
  google::rpc::Status status;
  status.set_code(4);  // DEADLINE_EXCEEDED
  status.set_message("too late");
  const Error error = error_from(status);
  EXPECT_EQ(error.code, ErrorCode::outcome_unknown);
  EXPECT_EQ(error.reason, "PEER_ERROR");
}

TEST(Message, TheReasonOfAnotherDomainIsNotOurs) {
  google::rpc::Status status = status_from(denied("NO_RULE", ""));
  const std::size_t at = status.details(0).value().find("chancery");
  status.mutable_details(0)->mutable_value()->replace(at, 8, "some.one");
  EXPECT_EQ(error_from(status).reason, "PEER_ERROR");
}

TEST(Message, TextThatIsNoUtf8IsMadeSo) {
  EXPECT_EQ(status_from(denied("NO_RULE", "caf\xc3\xa9")).message(), "caf\xc3\xa9");
  EXPECT_EQ(status_from(denied("NO_RULE", "caf\xe9")).message(), "caf?");
  EXPECT_EQ(status_from(denied("NO_RULE", std::string(100'000, 'x'))).message().size(),
            limits::error_message_bytes_max);
}

TEST(Message, ARequestThatFitsNoFrameIsRefused) {
  EXPECT_EQ(build_request(1, 0, {"a", "b", std::string(4U << 20, 'x'), {}}).error().reason,
            "REQUEST_TOO_LARGE");
}

TEST(Message, AnAnswerThatFitsNoFrameBecomesAnError) {
  const std::string frame = build_response(1, std::string(4U << 20, 'x'));
  EXPECT_EQ(parse_response(data_of(frame)).error().reason, "ANSWER_TOO_LARGE");
}

TEST(Message, GarbageIsNeitherRequestNorAnswer) {
  silence_parser();
  EXPECT_EQ(parse_request("\xff\xff").error().reason, "REQUEST_MALFORMED");
  EXPECT_EQ(parse_response("\xff\xff").error().reason, "ANSWER_MALFORMED");
}

TEST(Message, AStreamsMessageMayBeEmptyAndItsEndIsNoMessage) {
  EXPECT_EQ(hex_encode(as_bytes(build_data(5, ""))), "00000000000000050300");
  EXPECT_EQ(hex_encode(as_bytes(build_end(5))), "00000000000000050305");
}

}  // namespace
}  // namespace chancery::wire
