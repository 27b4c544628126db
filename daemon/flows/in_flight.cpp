#include "daemon/flows/in_flight.h"

#include <utility>

namespace chancery::daemon {

void InFlight::begin(RequestId id) {
  const std::lock_guard lock(mutex_);
  waiting_.try_emplace(id);
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
  return joined;
}

std::size_t InFlight::size() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

}  // namespace chancery::daemon
