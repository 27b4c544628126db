// HTTP to others: libcurl on one thread, hundreds of requests in flight, connections kept.
//
// No redirects, no proxy, cookies or passwords from the environment, no compression, HTTP/1.1 (one
// request a connection, so that what was sent is known). TLS 1.2 or newer, verified.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "core/base/limits/http.h"
#include "remote/http/http.h"

namespace chancery::remote {

struct HttpOptions {
  std::filesystem::path ca_file;  // PEM, instead of the system's authorities; empty: those

  // Copies of core/base/limits, so that tests can reach them.
  std::size_t requests_in_flight_max = limits::http_requests_in_flight_max;
  std::chrono::milliseconds connect_max = limits::http_connect_max;
};

struct HttpCounts {
  std::uint64_t answered = 0;  // with success or failure
  std::size_t in_flight = 0;
};

// Thread-safe.
class HttpClient {
 public:
  using Done = std::function<void(Result<HttpAnswer>)>;

  // Errors: unsupported LIBCURL_MISSING; unavailable HTTP_CLIENT_FAILED.
  static Result<std::unique_ptr<HttpClient>> start(HttpOptions options);
  // Cuts short what is in flight.
  virtual ~HttpClient() = default;

  // `done` runs once, on the client's thread (or at once on the caller's, where the request is
  // refused), and must not wait for the client. Errors:
  //   invalid_request HTTP_URL_INVALID, HTTP_HEADER_INVALID; exhausted HTTP_TOO_MANY_REQUESTS;
  //   unavailable HTTP_NOT_SENT: not a byte of the request left, it cannot have arrived;
  //   outcome_unknown HTTP_ANSWER_MISSING, HTTP_ANSWER_TOO_LARGE: it may have arrived.
  virtual void send(HttpRequest request, Done done) = 0;

  virtual HttpCounts counts() const = 0;
};

}  // namespace chancery::remote
