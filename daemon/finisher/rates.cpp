#include "daemon/finisher/rates.h"

#include <fmt/format.h>

namespace chancery::daemon {
namespace {

Error used_up(const std::string& destination, const policy::Rate& rate,
              std::chrono::nanoseconds wait) {
  return with_retry_after(
      exhausted("REMOTE_RATE_LIMITED",
                fmt::format("{} is asked for {} signatures a second at most (`per_second`), and "
                            "that is used up: come again in {} s; nothing was signed",
                            destination, rate.count,
                            std::chrono::ceil<std::chrono::seconds>(wait).count())),
      std::chrono::ceil<std::chrono::milliseconds>(wait));
}

}  // namespace

void Rates::add(const std::string& destination, std::int64_t per_second) {
  buckets_[destination].rate = {per_second, std::chrono::seconds(1)};
}

Result<void> Rates::check(const Destinations& destinations, Time now) const {
  for (const std::string& destination : destinations) {
    const auto found = buckets_.find(destination);
    if (found == buckets_.end()) continue;
    const std::chrono::nanoseconds wait = found->second.tokens.wait(found->second.rate, now);
    if (wait > wait.zero()) return used_up(destination, found->second.rate, wait);
  }
  return {};
}

Result<void> Rates::take(const Destinations& destinations, Time now) {
  const std::lock_guard lock(mutex_);
  TRY(check(destinations, now));
  for (const std::string& destination : destinations) {
    const auto found = buckets_.find(destination);
    if (found != buckets_.end()) found->second.tokens.take(found->second.rate, now);
  }
  return {};
}

Result<void> Rates::look(const Destinations& destinations, Time now) const {
  const std::lock_guard lock(mutex_);
  return check(destinations, now);
}

void Rates::give_back(const Destinations& destinations) {
  const std::lock_guard lock(mutex_);
  for (const std::string& destination : destinations) {
    const auto found = buckets_.find(destination);
    if (found != buckets_.end()) found->second.tokens.give_back(found->second.rate);
  }
}

}  // namespace chancery::daemon
