#include "backends/host/ledger.h"

#include <algorithm>
#include <iterator>

namespace chancery::host {

void Ledger::add(Request request) {
  check_by(request.deadline.when());
  waiting_.push_back(std::move(request));
}

void Ledger::sent(Time now) {
  sent_.emplace(next_id_++, Sent{std::move(waiting_.front())});
  waiting_.pop_front();
  ++answerable_;
  mark_begun(now);
}

void Ledger::probe_answered(Time now) {
  busy_threads_ = 0;
  mark_begun(now);
}

// Of the oldest `threads` only the last can have begun just now.
void Ledger::mark_begun(Time now) {
  const std::size_t begun = std::min(threads_ - busy_threads_, sent_.size());
  if (begun == 0) return;
  Sent& newest = std::next(sent_.begin(), static_cast<std::ptrdiff_t>(begun) - 1)->second;
  if (newest.begun) return;
  newest.begun = true;
  newest.begun_at = now;
  check_by(now + answer_max_);
}

Ledger::Awaited Ledger::awaited(std::uint64_t id) const {
  const auto found = sent_.find(id);
  if (found == sent_.end()) return Awaited::never_sent;
  return found->second.given_up ? Awaited::given_up : Awaited::yes;
}

Request Ledger::answered(std::uint64_t id, Time now) {
  auto node = sent_.extract(id);
  if (!node.mapped().given_up) --answerable_;
  mark_begun(now);
  return std::move(node.mapped().request);
}

Ledger::Expired Ledger::expired(Time now) {
  Expired out;
  next_check_ = Time::max();
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (at->deadline.when() <= now) {
      out.waiting.push_back(std::move(*at));
      at = waiting_.erase(at);
    } else {
      check_by(at->deadline.when());
      ++at;
    }
  }
  for (auto& [id, sent] : sent_) {
    if (sent.begun) check_by(sent.begun_at + answer_max_);
    if (sent.given_up) continue;
    const Time last = sent.request.deadline.when() + late_answer_max_;
    if (last > now) {
      check_by(last);
      continue;
    }
    out.sent.push_back(sent.request);
    sent.request.done = nullptr;
    sent.given_up = true;
    --answerable_;
  }
  return out;
}

bool Ledger::hangs(Time now) const {
  return std::any_of(sent_.begin(), sent_.end(), [&](const auto& entry) {
    return entry.second.begun && entry.second.begun_at + answer_max_ <= now;
  });
}

std::vector<Request> Ledger::host_went() {
  std::vector<Request> begun;
  for (auto at = sent_.rbegin(); at != sent_.rend(); ++at) {
    Sent& sent = at->second;
    if (sent.given_up) continue;
    if (sent.begun) {
      begun.push_back(std::move(sent.request));
    } else {
      check_by(sent.request.deadline.when());
      waiting_.push_front(std::move(sent.request));
    }
  }
  sent_.clear();
  answerable_ = 0;
  busy_threads_ = 0;
  std::reverse(begun.begin(), begun.end());
  return begun;
}

std::vector<Request> Ledger::take_waiting(const std::function<bool(const Request&)>& leaves) {
  const auto first = std::stable_partition(waiting_.begin(), waiting_.end(), std::not_fn(leaves));
  std::vector<Request> out(std::make_move_iterator(first), std::make_move_iterator(waiting_.end()));
  waiting_.erase(first, waiting_.end());
  return out;
}

}  // namespace chancery::host
