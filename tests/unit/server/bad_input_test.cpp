// What a broken or hostile client may say: a clear error, and the server goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/server/raw_client.h"
#include "tests/unit/server/toy_server.h"

namespace chancery::daemon {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using wire::FrameType;

// After each test an honest client is served.
class BadInput : public ::testing::Test {
 protected:
  void TearDown() override {
    RawClient honest(toy.socket());
    honest.request(1, "Echo", "still here");
    EXPECT_EQ(honest.answer_on(1).value(), "still here");
  }
  // This client's connection is still good.
  void expect_goes_on(std::uint32_t stream_id) {
    client.request(stream_id, "Echo", "go on");
    EXPECT_EQ(client.answer_on(stream_id).value(), "go on");
  }

  ToyServer toy;
  RawClient client{toy.socket()};
};

TEST_F(BadInput, AFrameTooLongIsRefusedAndEndsTheConnection) {
  client.send(as_text(wire::build_header({(4U << 20) + 1, 1, FrameType::request, 0})));
  EXPECT_EQ(client.answer_on(1).error().reason, "FRAME_TOO_LONG");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(BadInput, TheLongestLengthThereIsNeedsNoMemory) {
  client.send(as_text(wire::build_header({0xffffffffU, 0xffffffffU, FrameType::data, 0xff})));
  EXPECT_EQ(client.answer_on(0xffffffffU).error().reason, "FRAME_TOO_LONG");
}

TEST_F(BadInput, ALargeRequestIsRefusedAndTheNextOneServed) {
  client.request(1, "Echo", std::string((1U << 20) + (64U << 10), 'x'));
  EXPECT_EQ(client.answer_on(1).error().reason, "REQUEST_TOO_LARGE");
  expect_goes_on(3);
}

TEST_F(BadInput, ARequestOfOneMebibyteIsServed) {
  client.request(1, "Echo", std::string(1U << 20, 'x'));
  EXPECT_EQ(client.answer_on(1).value().size(), 1U << 20);
}

TEST_F(BadInput, AnEvenStreamIdIsRefused) {
  client.request(2, "Echo");
  EXPECT_EQ(client.answer_on(2).error().reason, "STREAM_ID_EVEN");
  client.request(0, "Echo");
  EXPECT_EQ(client.answer_on(0).error().reason, "STREAM_ID_EVEN");
  expect_goes_on(3);
}

TEST_F(BadInput, AStreamIdIsUsedOnceAndRises) {
  client.request(5, "Echo");
  EXPECT_TRUE(client.answer_on(5).ok());
  client.request(5, "Echo");
  EXPECT_EQ(client.answer_on(5).error().reason, "STREAM_ID_REUSED");
  client.request(3, "Echo");
  EXPECT_EQ(client.answer_on(3).error().reason, "STREAM_ID_REUSED");
  expect_goes_on(7);
}

TEST_F(BadInput, AnUnknownFrameTypeIsRefused) {
  client.send_frame({0, 1, static_cast<FrameType>(9), 0}, "what");
  EXPECT_EQ(client.answer_on(1).error().reason, "FRAME_TYPE_UNKNOWN");
  client.send_frame({0, 3, FrameType::response, 0}, "");
  EXPECT_EQ(client.answer_on(3).error().reason, "FRAME_TYPE_UNKNOWN");
  expect_goes_on(5);
}

TEST_F(BadInput, AnUnknownServiceIsUnsupported) {
  client.send(wire::build_request(1, 0, {"toy.\x1b[31mNone", "Echo", "", {}}).value());
  const Error error = client.answer_on(1).error();
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_EQ(error.reason, "SERVICE_UNKNOWN");
  EXPECT_THAT(error.message, Not(HasSubstr("\x1b")));
}

TEST_F(BadInput, AnUnknownMethodIsUnsupported) {
  client.request(1, std::string(10'000, 'M'));
  const Error error = client.answer_on(1).error();
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_EQ(error.reason, "METHOD_UNKNOWN");
  EXPECT_LT(error.message.size(), 1000U);
}

TEST_F(BadInput, AFrameThatIsNoRequestIsRefused) {
  std::uint32_t stream_id = 1;
  for (const std::string_view garbage : {"\xff\xff\xff\xff", "\x0a\x7f", "\x0a\x02\xc3\x28"}) {
    client.send_frame({0, stream_id, FrameType::request, 0}, garbage);
    EXPECT_EQ(client.answer_on(stream_id).error().reason, "REQUEST_MALFORMED");
    stream_id += 2;
  }
}

TEST_F(BadInput, AnEmptyRequestNamesNoService) {
  client.send_frame({0, 1, FrameType::request, 0}, "");
  EXPECT_EQ(client.answer_on(1).error().reason, "SERVICE_UNKNOWN");
}

TEST_F(BadInput, DataOnAUnaryStreamIsRefused) {
  client.request(1, "Hold");
  toy.latch().wait_for(1);
  client.send(wire::build_data(1, "more"));
  EXPECT_EQ(client.answer_on(1).error().reason, "STREAM_NOT_OPEN");
}

TEST_F(BadInput, DataForAStreamThatNeverBeganIsRefused) {
  client.send(wire::build_data(77, "more"));
  EXPECT_EQ(client.answer_on(77).error().reason, "STREAM_NOT_OPEN");
  expect_goes_on(1);
}

TEST_F(BadInput, DataThatSaysItIsNoneIsRefused) {
  client.request(1, "Join", {}, wire::flags::remote_open);
  client.send_frame({0, 1, FrameType::data, wire::flags::no_data}, "some");
  EXPECT_EQ(client.answer_on(1).error().reason, "FRAME_FLAGS_INVALID");
  expect_goes_on(3);
}

TEST_F(BadInput, TheKindOfCallMustBeTheMethods) {
  client.request(1, "Echo", {}, wire::flags::remote_open);
  EXPECT_EQ(client.answer_on(1).error().reason, "METHOD_IS_UNARY");
  client.request(3, "Join");
  EXPECT_EQ(client.answer_on(3).error().reason, "METHOD_IS_STREAM");
  client.request(5, "Count", "1");
  EXPECT_EQ(client.answer_on(5).error().reason, "METHOD_IS_STREAM");
  client.request(7, "Count", "1", wire::flags::remote_open);
  EXPECT_EQ(client.answer_on(7).error().reason, "METHOD_IS_STREAM");
  expect_goes_on(9);
}

TEST_F(BadInput, FlagsWithoutANameAreRefused) {
  client.request(1, "Echo", {}, 0x80);
  EXPECT_EQ(client.answer_on(1).error().reason, "FRAME_FLAGS_INVALID");
  client.request(3, "Join", {}, wire::flags::remote_open | wire::flags::remote_closed);
  EXPECT_EQ(client.answer_on(3).error().reason, "FRAME_FLAGS_INVALID");
}

TEST_F(BadInput, AMessageTooLargeEndsItsStream) {
  client.request(1, "Join", {}, wire::flags::remote_open);
  client.send(wire::build_data(1, std::string(2U << 20, 'x')));
  EXPECT_EQ(client.answer_on(1).error().reason, "REQUEST_TOO_LARGE");
  client.send(wire::build_data(1, "what was under way when the answer came is no new error"));
  client.send(wire::build_end(1));
  expect_goes_on(3);
}

TEST_F(BadInput, AFlowMayRefuseInMidStream) {
  client.request(1, "Join", {}, wire::flags::remote_open);
  client.send(wire::build_data(1, "refuse"));
  EXPECT_EQ(client.answer_on(1).error().reason, "TOY_REFUSED");
  client.send(wire::build_data(1, "late"));
  client.send(wire::build_end(1));
  expect_goes_on(3);
}

TEST_F(BadInput, ATimeThatHasPassedIsRefusedBeforeTheFlow) {
  std::uint32_t stream_id = 1;
  for (const std::int64_t nanoseconds : {std::int64_t{-1}, std::int64_t{1}, INT64_MIN}) {
    const wire::Request request{"toy.Toy", "Echo", "", std::chrono::nanoseconds(nanoseconds)};
    client.send(wire::build_request(stream_id, 0, request).value());
    const Error error = client.answer_on(stream_id).error();
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_EQ(error.reason, "DEADLINE_PASSED");
    stream_id += 2;
  }
}

TEST_F(BadInput, AdministrationNeedsPermission) {
  client.request(1, "Administer");
  EXPECT_EQ(client.answer_on(1).error().code, ErrorCode::denied);
}

TEST_F(BadInput, AFlowThatDropsItsCallIsSaidToHave) {
  client.request(1, "Drop");
  EXPECT_EQ(client.answer_on(1).error().reason, "NO_ANSWER");
}

TEST_F(BadInput, AnAnswerThatFitsNoFrameIsSaidSo) {
  client.request(1, "Swell");
  EXPECT_EQ(client.answer_on(1).error().reason, "ANSWER_TOO_LARGE");
}

TEST_F(BadInput, AClientGoneInMidRequestLeavesNothingBehind) {
  client.request(1, "Hold");
  toy.latch().wait_for(1);
  client.close();
  toy.wait_until([](Server& server) { return server.counts().connections == 0; });
  EXPECT_EQ(toy.counts().requests_in_flight, 1U);
  toy.latch().release_all();
  EXPECT_EQ(toy.counts().requests_in_flight, 0U);
}

TEST_F(BadInput, AClientGoneInMidStreamEndsItUnfinished) {
  client.request(1, "Join", {}, wire::flags::remote_open);
  client.send(wire::build_data(1, "one"));
  // A stream whose client goes before it has begun never begins.
  toy.wait_until([&](Server&) { return toy.begun_streams() == 1; });
  client.close();
  toy.wait_until([&](Server&) { return toy.ended_streams() == 1; });
  toy.wait_until([](Server& server) { return server.is_drained(); });
}

TEST_F(BadInput, AClientGoneInMidFrameIsForgotten) {
  client.send(wire::build_data(1, "half").substr(0, 12));
  client.close();
  toy.wait_until([](Server& server) { return server.counts().connections == 0; });
}

TEST_F(BadInput, HalfAClosedConnectionStillGetsItsAnswers) {
  client.request(1, "Hold");
  toy.latch().wait_for(1);
  client.half_close();
  toy.on_loop([](Server&) {});
  toy.latch().release_all();
  EXPECT_EQ(client.answer_on(1).value(), "released");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(LateInput, HalfAFrameIsNotWaitedForForever) {
  ServerLimits limits;
  limits.partial_frame_wait_max = 20ms;
  const ToyServer toy(limits);
  RawClient client(toy.socket());
  client.send(as_text(wire::build_header({100, 1, FrameType::request, 0})));
  client.send("only some of a hundred");
  EXPECT_EQ(client.answer_on(1).error().reason, "FRAME_INCOMPLETE");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(LateInput, HalfAHeaderIsNotWaitedForForever) {
  ServerLimits limits;
  limits.partial_frame_wait_max = 20ms;
  const ToyServer toy(limits);
  RawClient client(toy.socket());
  client.send(std::string_view("\0\0\0", 3));
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(LateInput, AStreamMustBeWholeByItsDeadline) {
  ServerLimits limits;
  limits.partial_frame_wait_max = 20ms;  // makes the server look at its streams that often
  ToyServer toy(limits);
  RawClient client(toy.socket());
  const wire::Request request{"toy.Toy", "Join", "", 100ms};
  client.send(wire::build_request(1, wire::flags::remote_open, request).value());
  client.send(wire::build_data(1, "one"));
  EXPECT_EQ(client.answer_on(1).error().reason, "DEADLINE_PASSED");
  // On a loaded machine the time may be over before the stream has begun.
  toy.wait_until([](Server& server) { return server.is_drained(); });
  toy.wait_until([&](Server&) { return toy.ended_streams() == toy.begun_streams(); });
}

}  // namespace
}  // namespace chancery::daemon
