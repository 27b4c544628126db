#include "client/requests/retry_delay.h"

#include <algorithm>

#include "core/base/limits/command.h"

namespace chancery::client {

namespace {

using namespace std::chrono_literals;

constexpr unsigned doublings_max = 10;

}  // namespace

std::chrono::milliseconds retry_delay(const Error& error, unsigned troubles, double chance) {
  const auto doubled = limits::client_retry_delay_min * (1U << std::min(troubles, doublings_max));
  const auto whole = std::min<std::chrono::milliseconds>(doubled, limits::client_retry_delay_max);
  return error.retry_after.value_or(0ms) +
         std::chrono::ceil<std::chrono::milliseconds>(whole * (1 - chance / 2));
}

std::optional<std::chrono::milliseconds> retry_delay_within(std::chrono::milliseconds left,
                                                            const Error& error, unsigned troubles,
                                                            double chance) {
  const auto last = left - limits::client_last_try;
  const bool is_of_no_use =
      error.retry_after.value_or(0ms) > left + limits::client_retry_after_early_max;
  if (last <= 0ms || is_of_no_use) return std::nullopt;
  return std::min(retry_delay(error, troubles, chance), last);
}

}  // namespace chancery::client
