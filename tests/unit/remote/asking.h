// Asking with a callback, and waiting for the answer as a test does.
#pragma once

#include <gtest/gtest.h>

#include <future>

#include "remote/http/http_client.h"
#include "tests/support/services/scripted_server.h"

namespace chancery::testing {

inline std::unique_ptr<remote::HttpClient> start_client(remote::HttpOptions options = {}) {
  auto client = remote::HttpClient::start(std::move(options));
  EXPECT_TRUE(client.ok());
  return std::move(*client);
}

inline remote::HttpRequest get(std::string url) {
  return {remote::HttpMethod::get,
          std::move(url),
          {},
          "",
          1U << 20,
          Deadline::after(std::chrono::seconds(60))};
}

inline remote::HttpRequest post(std::string url, std::string body) {
  remote::HttpRequest request = get(std::move(url));
  request.method = remote::HttpMethod::post;
  request.body = std::move(body);
  return request;
}

// What `begin` answers through the callback that it is given.
template <typename T>
Result<T> answer_of(const std::function<void(std::function<void(Result<T>)>)>& begin) {
  auto promise = std::make_shared<std::promise<Result<T>>>();
  std::future<Result<T>> answer = promise->get_future();
  meet();
  begin([promise](Result<T> result) { promise->set_value(std::move(result)); });
  answer.wait();
  meet();
  return answer.get();
}

inline Result<remote::HttpAnswer> ask(remote::HttpClient& client, remote::HttpRequest request) {
  return answer_of<remote::HttpAnswer>(
      [&](auto done) { client.send(std::move(request), std::move(done)); });
}

}  // namespace chancery::testing
