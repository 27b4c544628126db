#include "core/policy/rate.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/limits/rules.h"

namespace chancery::policy {
namespace {

using std::chrono::nanoseconds;

struct Unit {
  std::string_view name;
  std::chrono::seconds length;
};
constexpr std::array units = {
    Unit{"second", std::chrono::seconds(1)}, Unit{"minute", std::chrono::minutes(1)},
    Unit{"hour", std::chrono::hours(1)}, Unit{"day", std::chrono::hours(24)}};

nanoseconds time_of_a_token(const Rate& rate) { return nanoseconds(rate.period) / rate.count; }

}  // namespace

std::string Rate::words() const {
  const auto unit = std::ranges::find(units, period, &Unit::length);
  return std::to_string(count) + "/" +
         (unit == units.end() ? std::to_string(period.count()) + "s" : std::string(unit->name));
}

std::optional<Rate> parse_rate(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  Rate rate;
  const auto [end, error] = std::from_chars(text.data(), text.data() + slash, rate.count);
  if (error != std::errc{} || end != text.data() + slash || slash == text.size()) {
    return std::nullopt;
  }
  const auto unit = std::ranges::find(units, text.substr(slash + 1), &Unit::name);
  if (unit == units.end() || rate.count < 1 || rate.count > limits::rate_count_max) {
    return std::nullopt;
  }
  rate.period = unit->length;
  return rate;
}

nanoseconds TokenBucket::wait(const Rate& rate, Time now) const {
  const Time full_after = std::max(full_at_, now) + time_of_a_token(rate);
  return std::max(full_after - now - time_of_a_token(rate) * rate.count, nanoseconds::zero());
}

void TokenBucket::take(const Rate& rate, Time now) {
  full_at_ = std::max(full_at_, now) + time_of_a_token(rate);
}

void TokenBucket::give_back(const Rate& rate) { full_at_ -= time_of_a_token(rate); }

}  // namespace chancery::policy
