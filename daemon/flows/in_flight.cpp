#include "daemon/flows/in_flight.h"

#include <utility>

namespace chancery::daemon {

bool InFlight::begin(RequestId id) {
  const std::lock_guard lock(mutex_);
  if (is_closed_) return false;
  waiting_.try_emplace(id);
  return true;
}

bool InFlight::close(Deadline deadline) {
  std::unique_lock lock(mutex_);
  is_closed_ = true;
  is_closed_ = ended_.wait_until(lock, deadline.when(), [this] { return waiting_.empty(); });
  return is_closed_;
}

void InFlight::open_again() {
  const std::lock_guard lock(mutex_);
  is_closed_ = false;
}

bool InFlight::join(RequestId id, std::shared_ptr<Responder> responder) {
  const std::lock_guard lock(mutex_);
  const auto entry = waiting_.find(id);
  if (entry == waiting_.end()) return false;
  entry->second.push_back(std::move(responder));
  return true;
}

std::vector<std::shared_ptr<Responder>> InFlight::end(RequestId id) {
  const std::lock_guard lock(mutex_);
  const auto entry = waiting_.find(id);
  if (entry == waiting_.end()) return {};
  std::vector<std::shared_ptr<Responder>> joined = std::move(entry->second);
  waiting_.erase(entry);
  if (waiting_.empty()) ended_.notify_all();
  return joined;
}

std::size_t InFlight::size() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

}  // namespace chancery::daemon
