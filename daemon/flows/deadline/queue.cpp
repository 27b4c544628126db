#include "daemon/flows/deadline/queue.h"

#include <utility>

namespace chancery::daemon {

bool BacklogQueue::has_room() const {
  const std::lock_guard lock(mutex_);
  return carried_.size() < limits::backlog_carried_max &&
         carried_bytes_ < limits::backlog_bytes_max;
}

std::size_t BacklogQueue::carried() const {
  const std::lock_guard lock(mutex_);
  return carried_.size();
}

std::optional<RequestId> BacklogQueue::take_next() {
  const std::lock_guard lock(mutex_);
  if (next_.empty()) return std::nullopt;
  const RequestId id = next_.front();
  next_.pop_front();
  return id;
}

// Found many at once: to ask for each by itself would cost more than to carry it. Without the lock:
// the finisher's thread must not wait for the disk.
Result<std::optional<RequestId>> BacklogQueue::next() {
  if (const auto id = take_next()) return id;
  const std::vector<RequestId> found = TRY(find_(looked_up_to_, limits::backlog_carried_max));
  if (!found.empty()) looked_up_to_ = found.back();
  {
    const std::lock_guard lock(mutex_);
    next_.insert(next_.end(), found.begin(), found.end());
  }
  return take_next();
}

void BacklogQueue::start_over() {
  const std::lock_guard lock(mutex_);
  next_.clear();
  looked_up_to_ = 0;
}

void BacklogQueue::put(RequestId id) {
  const std::lock_guard lock(mutex_);
  next_.push_front(id);
}

bool BacklogQueue::begin(RequestId id) {
  const std::lock_guard lock(mutex_);
  const auto left = left_alone_.find(id);
  if (left != left_alone_.end() && left->second > Deadline::Clock::now()) return false;
  if (!carried_.try_emplace(id, 0).second) return false;
  left_alone_.erase(id);
  return true;
}

void BacklogQueue::weigh(RequestId id, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  carried_[id] += bytes;
  carried_bytes_ += bytes;
}

void BacklogQueue::end(RequestId id) {
  const std::lock_guard lock(mutex_);
  const auto found = carried_.find(id);
  carried_bytes_ -= found->second;
  carried_.erase(found);
}

void BacklogQueue::leave_alone(RequestId id, Deadline::Clock::time_point until) {
  const std::lock_guard lock(mutex_);
  left_alone_[id] = until;
}

}  // namespace chancery::daemon
