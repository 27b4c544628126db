#include <gmock/gmock.h>

#include "tests/support/patience.h"
#include "tests/support/services/scripted_server.h"
#include "tests/unit/remote/asking.h"

namespace chancery::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void expect_failure(const Result<remote::HttpAnswer>& answer, ErrorCode code,
                    std::string_view reason) {
  ASSERT_FALSE(answer.ok()) << "status " << answer->status;
  EXPECT_EQ(answer.error().code, code) << answer.error().message;
  EXPECT_EQ(answer.error().reason, reason) << answer.error().message;
}

remote::HttpRequest impatient(remote::HttpRequest request) {
  request.deadline = Deadline::after(std::chrono::seconds(2));
  return request;
}

TEST(HttpClient, AnswersWithStatusHeadersAndBody) {
  ScriptedServer server([](const SeenRequest& request) {
    return Reply::answer(201, "got " + request.body, "X-Log-Index:  7 \r\nRetry-After: 30\r\n");
  });
  const auto client = start_client();
  remote::HttpRequest request = post(server.url("api/v2/log/entries"), "{}");
  request.headers = {{"Content-Type", "application/json"}};
  const auto answer = ask(*client, request);
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "got {}");
  ASSERT_NE(answer->find_header("x-log-index"), nullptr);
  EXPECT_EQ(*answer->find_header("x-log-index"), "7");
  EXPECT_EQ(answer->retry_after(), std::chrono::seconds(30));
  ASSERT_EQ(server.seen().size(), 1U);
  EXPECT_EQ(server.seen()[0].method, "POST");
  EXPECT_EQ(server.seen()[0].path, "/api/v2/log/entries");
  EXPECT_THAT(server.seen()[0].headers, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(server.seen()[0].headers, Not(HasSubstr("Expect:")));
}

TEST(HttpClient, KeepsItsConnection) {
  ScriptedServer server([](const SeenRequest&) { return Reply::answer(200, "x"); });
  const auto client = start_client();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(ask(*client, get(server.url())).ok());
  EXPECT_EQ(server.connections(), 1U);
  EXPECT_EQ(client->counts().answered, 5U);
  EXPECT_EQ(client->counts().in_flight, 0U);
}

TEST(HttpClient, HasHundredsInFlightOnOneThread) {
  constexpr std::size_t count = 200;
  ScriptedServer server([](const SeenRequest&) { return Reply::stall(); });
  auto client = start_client();
  std::atomic<std::size_t> ended = 0;
  for (std::size_t i = 0; i < count; ++i) {
    client->send(get(server.url()), [&ended](const Result<remote::HttpAnswer>& answer) {
      EXPECT_FALSE(answer.ok());
      ended += 1;
    });
  }
  while (server.seen().size() < count) pause_briefly();
  EXPECT_EQ(client->counts().in_flight, count);
  client.reset();
  EXPECT_EQ(ended, count);
}

TEST(HttpClient, MoreThanTheLimitAreRefusedAtOnce) {
  ScriptedServer server([](const SeenRequest&) { return Reply::stall(); });
  remote::HttpOptions options;
  options.requests_in_flight_max = 1;
  auto client = start_client(options);
  client->send(get(server.url()), [](const Result<remote::HttpAnswer>&) {});
  expect_failure(ask(*client, get(server.url())), ErrorCode::exhausted, "HTTP_TOO_MANY_REQUESTS");
}

TEST(HttpClient, DoesNotFollowARedirect) {
  ScriptedServer server([](const SeenRequest&) {
    return Reply::answer(307, "", "Location: http://127.0.0.1:1/elsewhere\r\n");
  });
  const auto client = start_client();
  const auto answer = ask(*client, post(server.url(), "x"));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 307);
  EXPECT_EQ(server.seen().size(), 1U);
}

TEST(HttpClient, WhereNobodyListensNothingWasSent) {
  const auto client = start_client();
  const std::string url = "http://127.0.0.1:" + std::to_string(free_port());
  expect_failure(ask(*client, post(url, "x")), ErrorCode::unavailable, "HTTP_NOT_SENT");
}

TEST(HttpClient, WithoutAnAnswerInTimeItMayHaveArrived) {
  ScriptedServer server([](const SeenRequest&) { return Reply::stall(); });
  const auto client = start_client();
  expect_failure(ask(*client, impatient(post(server.url(), "x"))), ErrorCode::outcome_unknown,
                 "HTTP_ANSWER_MISSING");
}

TEST(HttpClient, ConnectionClosedOrResetInsteadOfAnAnswerMayHaveArrived) {
  for (const Reply::Then then : {Reply::Then::close, Reply::Then::reset}) {
    ScriptedServer server([then](const SeenRequest&) { return Reply{"", then}; });
    const auto client = start_client();
    expect_failure(ask(*client, post(server.url(), "x")), ErrorCode::outcome_unknown,
                   "HTTP_ANSWER_MISSING");
  }
}

// libcurl begins again by itself where a kept connection closes: the refusal that its second try
// meets must not make the first one unsent, and a body must not go twice.
TEST(HttpClient, KeptConnectionThatClosesOnARequestMayHaveTakenIt) {
  for (const bool goes_away : {true, false}) {
    ScriptedServer* listening = nullptr;
    ScriptedServer server([&](const SeenRequest& request) {
      if (request.method == "GET") return Reply::answer(200, "x");
      if (goes_away) listening->stop_listening();
      return Reply::hang_up();
    });
    listening = &server;
    const auto client = start_client();
    ASSERT_TRUE(ask(*client, get(server.url())).ok());
    expect_failure(ask(*client, post(server.url(), "x")), ErrorCode::outcome_unknown,
                   "HTTP_ANSWER_MISSING");
    EXPECT_EQ(server.seen().size(), 2U);
  }
}

TEST(HttpClient, TruncatedAnswerIsNone) {
  ScriptedServer server([](const SeenRequest&) {
    return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", Reply::Then::close};
  });
  const auto client = start_client();
  expect_failure(ask(*client, get(server.url())), ErrorCode::outcome_unknown,
                 "HTTP_ANSWER_MISSING");
}

TEST(HttpClient, StallInMidAnswerEndsAtTheDeadline) {
  ScriptedServer server([](const SeenRequest&) {
    return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", Reply::Then::stall};
  });
  const auto client = start_client();
  expect_failure(ask(*client, impatient(get(server.url()))), ErrorCode::outcome_unknown,
                 "HTTP_ANSWER_MISSING");
}

TEST(HttpClient, WhatIsNoHttpIsNoAnswer) {
  for (const std::string_view garbage :
       {"\x16\x03\x01 garbage", "HTTP/0.9\r\n", "200 OK\r\n\r\n"}) {
    ScriptedServer server([garbage](const SeenRequest&) {
      return Reply{std::string(garbage), Reply::Then::close};
    });
    const auto client = start_client();
    expect_failure(ask(*client, get(server.url())), ErrorCode::outcome_unknown,
                   "HTTP_ANSWER_MISSING");
  }
}

TEST(HttpClient, BodyOverItsLimitIsCutOff) {
  ScriptedServer server([](const SeenRequest&) { return Reply::answer(200, "12345"); });
  const auto client = start_client();
  remote::HttpRequest request = get(server.url());
  request.answer_bytes_max = 5;
  EXPECT_TRUE(ask(*client, request).ok());
  request.answer_bytes_max = 4;
  expect_failure(ask(*client, request), ErrorCode::outcome_unknown, "HTTP_ANSWER_TOO_LARGE");
}

TEST(HttpClient, EndlessBodyIsCutOff) {
  ScriptedServer server([](const SeenRequest&) {
    const std::string piece = "1000\r\n" + std::string(0x1000, 'x') + "\r\n";
    return Reply{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + piece,
                 Reply::Then::keep};
  });
  ScriptedServer endless([](const SeenRequest&) {
    return Reply{"HTTP/1.1 200 OK\r\n\r\nfor ever and ever", Reply::Then::repeat};
  });
  const auto client = start_client();
  expect_failure(ask(*client, get(endless.url())), ErrorCode::outcome_unknown,
                 "HTTP_ANSWER_TOO_LARGE");
  remote::HttpRequest request = get(server.url());
  request.answer_bytes_max = 0xfff;
  expect_failure(ask(*client, request), ErrorCode::outcome_unknown, "HTTP_ANSWER_TOO_LARGE");
}

TEST(HttpClient, EndlessHeadersAreCutOff) {
  ScriptedServer server([](const SeenRequest&) {
    return Reply{"HTTP/1.1 200 OK\r\n" + std::string(60'000, 'a') + ": b\r\n" +
                     std::string(60'000, 'a') + ": b\r\n\r\n",
                 Reply::Then::close};
  });
  const auto client = start_client();
  expect_failure(ask(*client, get(server.url())), ErrorCode::outcome_unknown,
                 "HTTP_ANSWER_TOO_LARGE");
}

TEST(HttpClient, CompressedBodyStaysAsItIs) {
  ScriptedServer server([](const SeenRequest&) {
    return Reply::answer(200, "\x1f\x8b", "Content-Encoding: gzip\r\n");
  });
  const auto client = start_client();
  const auto answer = ask(*client, get(server.url()));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->body, "\x1f\x8b");
  EXPECT_THAT(server.seen()[0].headers, Not(HasSubstr("Accept-Encoding")));
}

TEST(HttpClient, ProxyOfTheEnvironmentIsNotAsked) {
  ASSERT_EQ(::setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
  ScriptedServer server([](const SeenRequest&) { return Reply::answer(200, "x"); });
  const auto client = start_client();
  EXPECT_TRUE(ask(*client, get(server.url())).ok());
  ::unsetenv("http_proxy");
}

TEST(HttpClient, ServerThatDoesNotSpeakTlsGetsNothing) {
  ScriptedServer server([](const SeenRequest&) { return Reply::answer(200, "x"); });
  const auto client = start_client();
  std::string url = server.url();
  url.replace(0, 4, "https");
  expect_failure(ask(*client, impatient(post(url, "secret"))), ErrorCode::unavailable,
                 "HTTP_NOT_SENT");
  EXPECT_TRUE(server.seen().empty());
}

TEST(HttpClient, RefusesUrlsThatCouldMeanSomethingElse) {
  const auto client = start_client();
  for (const std::string_view url :
       {"", "file:///etc/passwd", "ftp://host/", "http://", "http://user@host/", "http://ho st/",
        "http://host/#part", "http://host:/", "http://host:123456/", "http://host\r\n/",
        "http://[::1", "http://[]/", "HTTP://host/"}) {
    expect_failure(ask(*client, get(std::string(url))), ErrorCode::invalid_request,
                   "HTTP_URL_INVALID");
  }
}

TEST(HttpClient, RefusesAHeaderWithALineBreak) {
  const auto client = start_client();
  remote::HttpRequest request = get("http://127.0.0.1:1/");
  request.headers = {{"Accept", "a\r\nX-Evil: b"}};
  expect_failure(ask(*client, request), ErrorCode::invalid_request, "HTTP_HEADER_INVALID");
}

TEST(HttpAnswer, RetryAfterThatIsNoNumberIsIgnored) {
  for (const std::string_view text :
       {"", "-1", "soon", "99999999999", "Fri, 27 Nov 2026 1:2:3 GMT"}) {
    const remote::HttpAnswer answer{503, {{"Retry-After", std::string(text)}}, ""};
    EXPECT_EQ(answer.retry_after(), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace chancery::testing
