#include "daemon/flows/receipts/due_receipts.h"

#include <algorithm>
#include <utility>

namespace chancery::daemon {

void DueReceipts::give_all_by(Time latest) {
  const std::lock_guard lock(mutex_);
  latest_ = latest;
  if (!due_.empty()) agenda_.post_at(latest, [this] { give_due(); });
}

void DueReceipts::promise(RequestId id, std::shared_ptr<Responder> responder, Time when) {
  const std::lock_guard lock(mutex_);
  places_.emplace(id, due_.emplace(std::min(when, latest_), Due{id, std::move(responder)}));
  wake_for_first();
}

void DueReceipts::forget(RequestId id) {
  std::vector<Queue::node_type> gone;  // what they own goes without the lock
  const std::lock_guard lock(mutex_);
  const auto [begin, end] = places_.equal_range(id);
  for (auto place = begin; place != end; ++place) gone.push_back(due_.extract(place->second));
  places_.erase(begin, end);
}

std::size_t DueReceipts::size() const {
  const std::lock_guard lock(mutex_);
  return due_.size();
}

// With the mutex held. Deadlines mostly come in order, so that this is rare.
void DueReceipts::wake_for_first() {
  if (due_.empty()) return;
  const Time first = due_.begin()->first;
  if (wakes_at_ && *wakes_at_ <= first) return;
  wakes_at_ = first;
  agenda_.post_at(first, [this] { give_due(); });
}

std::vector<DueReceipts::Due> DueReceipts::take_due(Time now) {
  const std::lock_guard lock(mutex_);
  std::vector<Due> out;
  while (!due_.empty() && (due_.begin()->first <= now || latest_ <= now)) {
    const auto [begin, end] = places_.equal_range(due_.begin()->second.id);
    for (auto place = begin; place != end; ++place) {
      if (place->second != due_.begin()) continue;
      places_.erase(place);
      break;
    }
    out.push_back(std::move(due_.begin()->second));
    due_.erase(due_.begin());
  }
  wakes_at_.reset();
  wake_for_first();
  return out;
}

void DueReceipts::give_due() {
  for (const Due& due : take_due(Deadline::Clock::now())) due.responder->answer(reply_(due.id));
}

}  // namespace chancery::daemon
