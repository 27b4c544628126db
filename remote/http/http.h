// One HTTP exchange as values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/deadline.h"
#include "core/base/result.h"

namespace chancery::remote {

struct HttpHeader {
  std::string name;
  std::string value;
};

enum class HttpMethod { get, post };

struct HttpRequest {
  HttpMethod method = HttpMethod::get;
  std::string url;
  std::vector<HttpHeader> headers;
  std::string body;  // of a post
  std::size_t answer_bytes_max = 0;
  Deadline deadline;
};

// Any status: a redirect is not followed, but an answer like others.
struct HttpAnswer {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;

  // The first of that name, in whatever case; nullptr where there is none.
  const std::string* find_header(std::string_view name) const;
  // Retry-After (RFC 9110 10.2.3) in seconds; nothing where it is missing, a date, or no number.
  std::optional<std::chrono::seconds> retry_after() const;
};

}  // namespace chancery::remote
