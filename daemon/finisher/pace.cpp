#include "daemon/finisher/pace.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace chancery::daemon {

void Pace::ask_for_turn(Turn turn, Time not_before, Leave leave) {
  if (is_stopped_) return turn(false);
  waiting_.emplace(not_before, Waiting{std::move(turn), std::move(leave)});
  give_turns();
}

void Pace::succeed() {
  in_flight_ -= 1;
  failures_ = 0;
  window_ = std::min(options_.window_max, window_ * 2);
  give_turns();
}

void Pace::fail(std::optional<std::chrono::seconds> retry_after) {
  in_flight_ -= 1;
  const Time now = Deadline::Clock::now();
  const Time before = paused_until_;
  // Those that fail together fail once.
  if (!is_pausing()) {
    failures_ += 1;
    window_ = std::max<std::size_t>(1, window_ / 2);
    paused_until_ = now + next_pause();
  }
  if (retry_after) {
    const std::chrono::seconds asked =
        std::min<std::chrono::seconds>(*retry_after, limits::retry_after_max);
    paused_until_ = std::max(paused_until_, now + asked);
  }
  if (paused_until_ > before) let_leave();
  give_turns();
}

// Out of the queue first: some of them may come back.
void Pace::let_leave() {
  std::vector<Leave> leaving;
  std::erase_if(waiting_, [&leaving](auto& item) {
    if (!item.second.leave) return false;
    leaving.push_back(std::move(item.second.leave));
    return true;
  });
  for (const Leave& leave : leaving) leave();
}

// From half of it to all: so that many of us do not come back together.
std::chrono::milliseconds Pace::next_pause() {
  const unsigned doublings = std::min(failures_ - 1, 16U);
  const auto whole = std::min(options_.pause_max, options_.pause_min * (1U << doublings));
  std::uniform_int_distribution<std::int64_t> part(whole.count() / 2, whole.count());
  return std::max(options_.pause_min, std::chrono::milliseconds(part(random_)));
}

bool Pace::take_token(Time now) {
  if (!options_.per_second) return true;
  const std::chrono::duration<double> since = now - refilled_at_;
  refilled_at_ = now;
  tokens_ =
      std::min(std::max(1.0, *options_.per_second), tokens_ + since.count() * *options_.per_second);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

std::optional<Pace::Time> Pace::find_obstacle(Time now) {
  const Time ready = std::max(waiting_.begin()->first, paused_until_);
  if (ready > now) return ready;
  if (take_token(now)) return std::nullopt;
  const std::chrono::duration<double> missing((1 - tokens_) / *options_.per_second);
  return now + std::chrono::duration_cast<Deadline::Clock::duration>(missing);
}

void Pace::give_turns() {
  while (!waiting_.empty() && in_flight_ < window_) {
    const Time now = Deadline::Clock::now();
    const std::optional<Time> obstacle = find_obstacle(now);
    if (obstacle) {
      if (wake_at_ && *wake_at_ <= *obstacle) return;
      wake_at_ = obstacle;
      return agenda_.post_at(*obstacle, [this, when = *obstacle] {
        if (wake_at_ == when) wake_at_.reset();
        give_turns();
      });
    }
    auto first = waiting_.extract(waiting_.begin());
    in_flight_ += 1;
    first.mapped().turn(true);
  }
}

void Pace::stop() {
  is_stopped_ = true;
  auto waiting = std::exchange(waiting_, {});
  for (auto& [time, each] : waiting) each.turn(false);
}

}  // namespace chancery::daemon
