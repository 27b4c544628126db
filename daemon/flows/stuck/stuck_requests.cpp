#include "daemon/flows/stuck/stuck_requests.h"

#include <algorithm>

#include "core/base/limits/journal.h"

namespace chancery::daemon {

// With the mutex held; nullptr: there is none.
StuckRequests::Stuck* StuckRequests::place_for(RequestId id) {
  if (stuck_.size() >= limits::stuck_requests_max && !stuck_.contains(id)) return nullptr;
  return &stuck_[id];
}

void StuckRequests::retry_later(RequestId id, const Error& why, Time now) {
  const std::lock_guard lock(mutex_);
  Stuck* const stuck = place_for(id);
  if (stuck == nullptr) return;
  stuck->why = why;
  stuck->delay = std::clamp<std::chrono::milliseconds>(2 * stuck->delay, limits::stuck_delay_min,
                                                       limits::stuck_delay_max);
  stuck->due = now + stuck->delay;
}

void StuckRequests::report(RequestId id, const Error& why) {
  const std::lock_guard lock(mutex_);
  if (Stuck* const stuck = place_for(id)) *stuck = {why};
}

void StuckRequests::remove(RequestId id) {
  const std::lock_guard lock(mutex_);
  stuck_.erase(id);
}

std::vector<RequestId> StuckRequests::take_due(Time now) {
  const std::lock_guard lock(mutex_);
  std::vector<RequestId> due;
  for (auto& [id, stuck] : stuck_) {
    if (stuck.due > now) continue;
    stuck.due = Time::max();
    due.push_back(id);
  }
  return due;
}

std::optional<Error> StuckRequests::trouble_of(RequestId id) const {
  const std::lock_guard lock(mutex_);
  const auto found = stuck_.find(id);
  return found == stuck_.end() ? std::nullopt : std::optional(found->second.why);
}

std::optional<StuckRequests::Summary> StuckRequests::summary() const {
  const std::lock_guard lock(mutex_);
  if (stuck_.empty()) return std::nullopt;
  const auto& [oldest, stuck] = *stuck_.begin();
  return Summary{stuck_.size(), oldest, stuck.why};
}

}  // namespace chancery::daemon
