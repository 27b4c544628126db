#include "remote/rekor/log_status.h"

#include <fmt/format.h>

#include <algorithm>

namespace chancery::remote {

std::string excerpt(std::string_view body) {
  constexpr std::size_t bytes_max = 200;
  std::string words(body.substr(0, bytes_max));
  std::ranges::replace_if(
      words, [](char c) { return c < ' ' || c > '~'; }, ' ');
  return words;
}

Error failure_of(const HttpAnswer& answer, std::string_view url) {
  const std::string words =
      fmt::format("{}: status {}: {}", url, answer.status, excerpt(answer.body));
  // 429 is said before anything is looked at. 503 may come from a proxy that gave up waiting, and
  // Rekor v2.3.0 says 499 and 500 of entries that it records all the same.
  if (answer.status == 429) return unavailable("LOG_ADDS_TOO_FAST", words);
  if (answer.status == 405) return unsupported("LOG_FROZEN", words);
  const bool is_refusal = answer.status >= 400 && answer.status < 499 && answer.status != 408;
  if (is_refusal) return invalid_request("LOG_REFUSED", words);
  return outcome_unknown("LOG_FAILED", words);
}

}  // namespace chancery::remote
