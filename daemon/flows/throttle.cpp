#include "daemon/flows/throttle.h"

#include <fmt/format.h>

#include "core/base/limits/rules.h"

namespace chancery::daemon {
namespace {

Error rate_limited(const std::string& rule, const policy::Rate& rate, bool is_of_user,
                   std::chrono::nanoseconds wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return with_retry_after(
      exhausted("RATE_LIMITED",
                fmt::format("rule \"{}\" allows {}{}, and that is used up: come again in {} s",
                            rule, rate.words(), is_of_user ? " to each user" : "", seconds)),
      std::chrono::ceil<std::chrono::milliseconds>(wait));
}

}  // namespace

std::vector<Throttle::Asked> Throttle::buckets_of(const policy::Decision& decision,
                                                  std::uint32_t uid) {
  std::vector<Asked> asked;
  if (decision.rate) asked.push_back({{decision.rule, std::nullopt}, *decision.rate});
  if (decision.user_rate) asked.push_back({{decision.rule, uid}, *decision.user_rate});
  return asked;
}

Result<void> Throttle::check(const std::vector<Asked>& asked, Time now) {
  for (const auto& [key, rate] : asked) {
    const auto bucket = buckets_.find(key);
    if (bucket == buckets_.end()) continue;
    const std::chrono::nanoseconds wait = bucket->second.wait(rate, now);
    if (wait > std::chrono::nanoseconds::zero()) {
      return rate_limited(key.first, rate, key.second.has_value(), wait);
    }
  }
  return {};
}

Result<void> Throttle::take(const policy::Decision& decision, std::uint32_t uid, Time now) {
  const std::vector<Asked> asked = buckets_of(decision, uid);
  if (asked.empty()) return {};
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= limits::rate_buckets_max) {
    std::erase_if(buckets_, [&](const auto& entry) { return entry.second.is_full(now); });
  }
  TRY(check(asked, now));
  for (const auto& [key, rate] : asked) {
    if (buckets_.size() >= limits::rate_buckets_max && !buckets_.contains(key)) {
      return rate_limited(key.first, rate, key.second.has_value(), std::chrono::seconds(1));
    }
    buckets_[key].take(rate, now);
  }
  return {};
}

void Throttle::give_back(const policy::Decision& decision, std::uint32_t uid) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, rate] : buckets_of(decision, uid)) {
    // One that is not there was full, and is.
    if (const auto bucket = buckets_.find(key); bucket != buckets_.end()) {
      bucket->second.give_back(rate);
    }
  }
}

Result<void> Throttle::look(const policy::Decision& decision, std::uint32_t uid, Time now) {
  const std::lock_guard lock(mutex_);
  return check(buckets_of(decision, uid), now);
}

Result<void> Turn::take(const policy::Decision& decision, std::uint32_t uid, Throttle::Time now) {
  TRY(throttle_.take(decision, uid, now));
  taken_ = {decision, uid};
  return {};
}

void Turn::give_back() {
  if (taken_) throttle_.give_back(taken_->decision, taken_->uid);
  taken_.reset();
}

void Turn::give_back_after(const Error& error) {
  const bool may_pass = error.code == ErrorCode::unavailable || error.code == ErrorCode::exhausted;
  if (may_pass) give_back();
}

}  // namespace chancery::daemon
