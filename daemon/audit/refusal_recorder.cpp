#include "daemon/audit/refusal_recorder.h"

#include <algorithm>

#include "core/base/limits/audit.h"

namespace chancery::daemon {
namespace {

double refilled(double tokens, std::chrono::duration<double> since) {
  return std::min(limits::audit_refusals_burst,
                  tokens + since.count() * limits::audit_refusals_per_second);
}

}  // namespace

void RefusalRecorder::record(Refusal refusal, Clock::time_point now, Journal::Done<void> done) {
  if (!has_record_of_its_own(refusal, now)) return done({});
  CountedRefusals one{.uid = refusal.uid,
                      .count = 1,
                      .from = refusal.at,
                      .to = refusal.at,
                      .reasons = {{refusal.reason, 1}}};
  journal_.record_refusal(std::move(refusal), [this, one = std::move(one), done = std::move(done)](
                                                  const Result<void>& recorded) {
    if (!recorded.ok()) give_back(one);
    done(recorded);
  });
}

void RefusalRecorder::record(const Act& refused, const Error& why) {
  Refusal refusal{.uid = refused.uid,
                  .gid = refused.gid,
                  .pid = refused.pid,
                  .origin = refused.origin,
                  .method = refused.method,
                  .rule = refused.rule,
                  .policy = refused.policy,
                  .reason = why.reason,
                  .message = why.message,
                  .at = refused.at};
  record(std::move(refusal), Clock::now(), [](const Result<void>&) {});
}

bool RefusalRecorder::has_record_of_its_own(const Refusal& refusal, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  ++counts_[{refusal.reason, refusal.rule}];
  auto known = users_.find(refusal.uid);
  if (known == users_.end()) {
    // More users than a host has: a record for each, as if there were no rate.
    if (users_.size() >= limits::audit_refused_users_max) return true;
    known = users_.emplace(refusal.uid, User{limits::audit_refusals_burst, now}).first;
  }
  User& user = known->second;
  user.tokens = refilled(user.tokens, now - user.at);
  user.at = now;
  if (user.tokens >= 1) {
    user.tokens -= 1;
    return true;
  }
  CountedRefusals& counted = user.counted;
  if (counted.count == 0) counted = {.uid = refusal.uid, .from = refusal.at};
  ++counted.count;
  counted.to = refusal.at;
  ++counted.reasons[refusal.reason];
  return false;
}

std::map<RefusalRecorder::Kind, std::uint64_t> RefusalRecorder::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

Result<void> RefusalRecorder::record_counted(Clock::time_point now) {
  Result<void> outcome;
  for (const CountedRefusals& counted : take_counted(now)) {
    const Result<void> recorded = journal_.record_refusals(counted);
    if (recorded.ok()) continue;
    give_back(counted);
    outcome = recorded;
  }
  return outcome;
}

// Whoever has been quiet for long is forgotten.
std::vector<CountedRefusals> RefusalRecorder::take_counted(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  std::vector<CountedRefusals> out;
  for (auto user = users_.begin(); user != users_.end();) {
    User& one = user->second;
    if (one.counted.count > 0) out.push_back(std::exchange(one.counted, {}));
    const bool is_quiet = refilled(one.tokens, now - one.at) >= limits::audit_refusals_burst;
    user = is_quiet ? users_.erase(user) : std::next(user);
  }
  return out;
}

void RefusalRecorder::give_back(const CountedRefusals& counted) {
  const std::lock_guard lock(mutex_);
  User& user = users_.try_emplace(counted.uid, User{0, Clock::now()}).first->second;
  if (user.counted.count == 0) {
    user.counted = counted;
    return;
  }
  user.counted.from = std::min(user.counted.from, counted.from);
  user.counted.to = std::max(user.counted.to, counted.to);
  user.counted.count += counted.count;
  for (const auto& [reason, count] : counted.reasons) user.counted.reasons[reason] += count;
}

}  // namespace chancery::daemon
