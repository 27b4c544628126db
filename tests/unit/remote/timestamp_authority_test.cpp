#include "remote/timestamp/timestamp_authority.h"

#include "core/crypto/x509/timestamp.h"
#include "tests/support/services/scripted_server.h"
#include "tests/support/sigstore/memory_tsa.h"
#include "tests/support/sigstore/sigstore.h"
#include "tests/unit/remote/asking.h"

namespace chancery::testing {
namespace {

const WallTime now = at("2026-06-01T12:00:00Z");
const Bytes signature = {1, 2, 3};

struct TimestampAuthority : ::testing::Test {
  MemoryTsa tsa;
  std::function<Reply(const SeenRequest&)> script = [this](const SeenRequest& request) {
    return Reply::answer(201, as_text(tsa.answer(as_bytes(request.body), now)));
  };
  ScriptedServer server{[this](const SeenRequest& request) { return script(request); }};
  std::unique_ptr<remote::HttpClient> http = start_client();
  remote::TimestampAuthority authority{
      *http, {server.url("api/v1/timestamp"), {tsa.trusted({at("2026-01-01T00:00:00Z"), {}})}, [] {
                return now;
              }}};

  remote::Stamped stamp() {
    const auto promise = std::make_shared<std::promise<remote::Stamped>>();
    std::future<remote::Stamped> answer = promise->get_future();
    meet();
    authority.stamp(signature, Deadline::after(std::chrono::seconds(60)),
                    [promise](remote::Stamped stamped) { promise->set_value(std::move(stamped)); });
    answer.wait();
    meet();
    return answer.get();
  }
  void expect_not_believed(std::string_view why) {
    const remote::Stamped stamped = stamp();
    ASSERT_FALSE(stamped.timestamp.ok());
    EXPECT_EQ(stamped.timestamp.error().code, ErrorCode::corrupt);
    EXPECT_EQ(stamped.timestamp.error().reason, "TIMESTAMP_ANSWER_NOT_BELIEVED");
    EXPECT_NE(stamped.timestamp.error().message.find(why), std::string::npos)
        << stamped.timestamp.error().message;
  }
};

TEST_F(TimestampAuthority, WholeResponseComesBackVerified) {
  const remote::Stamped stamped = stamp();
  ASSERT_TRUE(stamped.timestamp.ok()) << stamped.timestamp.error().message;
  EXPECT_EQ(stamped.timestamp->time, now);
  EXPECT_EQ(TimestampResponse::from_der(stamped.timestamp->response)->time(), now);
  EXPECT_EQ(server.seen()[0].path, "/api/v1/timestamp");
  EXPECT_NE(server.seen()[0].headers.find("application/timestamp-query"), std::string::npos);
}

TEST_F(TimestampAuthority, AnswerToAnotherQueryIsNotBelieved) {
  script = [this](const SeenRequest&) {
    return Reply::answer(200, as_text(tsa.stamp(signature, now)));
  };
  expect_not_believed("TIMESTAMP_NONCE_MISMATCH");
}

TEST_F(TimestampAuthority, AnswerOfAnotherAuthorityIsNotBelieved) {
  const MemoryTsa other;
  script = [&](const SeenRequest& request) {
    return Reply::answer(200, as_text(other.answer(as_bytes(request.body), now)));
  };
  expect_not_believed("TIMESTAMP_SIGN");
}

TEST_F(TimestampAuthority, AnswerOfAWrongClockIsNotBelieved) {
  script = [&](const SeenRequest& request) {
    return Reply::answer(200,
                         as_text(tsa.answer(as_bytes(request.body), now + std::chrono::hours(1))));
  };
  expect_not_believed("TIMESTAMP_TIME_IMPLAUSIBLE");
}

TEST_F(TimestampAuthority, GarbageIsNotBelieved) {
  for (const std::string_view body : {"", "\x30\x03\x02\x01\x02", "<html>"}) {
    script = [body](const SeenRequest&) { return Reply::answer(200, body); };
    expect_not_believed("TIMESTAMP_");
  }
}

TEST_F(TimestampAuthority, OtherFailuresAreUnavailable) {
  for (const Reply& reply : {Reply::answer(429, "", "Retry-After: 3\r\n"), Reply::answer(500, ""),
                             Reply::answer(302, ""), Reply::hang_up(),
                             Reply{"HTTP/1.1 200 OK\r\n\r\nmore", Reply::Then::repeat}}) {
    script = [&reply](const SeenRequest&) { return reply; };
    const remote::Stamped stamped = stamp();
    ASSERT_FALSE(stamped.timestamp.ok());
    EXPECT_EQ(stamped.timestamp.error().code, ErrorCode::unavailable);
    EXPECT_EQ(stamped.timestamp.error().reason, "TIMESTAMP_FAILED");
  }
}

}  // namespace
}  // namespace chancery::testing
